import { signal } from '@preact/signals'
import { OrielError } from '../../schema/wire/error'
import { Icon } from '../Icon/Icon'
import './Toasts.css'

type Action = { label: string; run: () => void }
type Toast = { id: number; text: string; kind: 'done' | 'trouble'; action?: Action }

const SHOWN_MS = 6000
const toasts = signal<Toast[]>([])
let lastId = 0

/** Tells in passing that something was done, with at most one thing to do about it. */
export function toast(text: string, action?: Action): void {
  show({ id: ++lastId, text, kind: 'done', ...(action && { action }) })
}

/** Tells what went wrong where no field or panel can say it. */
export function complain(error: unknown): void {
  show({ id: ++lastId, text: error instanceof OrielError ? error.message : String(error), kind: 'trouble' })
}

function show(made: Toast) {
  toasts.value = [...toasts.value.slice(-2), made]
  setTimeout(() => dismiss(made.id), SHOWN_MS)
}

const dismiss = (id: number) => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, kind, action }) => (
        <div key={id} class={`toast ${kind}`}>
          <Icon name={kind === 'done' ? 'check' : 'alert'} />
          <span>{text}</span>
          {action && (
            <button
              onClick={() => {
                dismiss(id)
                action.run()
              }}
            >
              {action.label}
            </button>
          )}
          <button aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
