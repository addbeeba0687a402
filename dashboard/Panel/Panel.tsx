import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { OrielError } from '../../schema/wire/error'
import type { Answer } from '../data/query'
import './Panel.css'

type Props<T> = {
  title: string
  answer: Answer<T>
  /** Beside the title; stays in every state. */
  actions?: ComponentChildren
  /** Lines that the skeleton keeps free, about as tall as the content will be. */
  lines?: number
  isEmpty?: (data: T) => boolean
  /** What to do next while there is nothing to show. */
  empty?: ComponentChildren
  class?: string
  children: (data: T) => ComponentChildren
}

/** A titled part of a page that draws each state of its data. */
export function Panel<T>({
  title,
  answer,
  actions,
  lines = 3,
  isEmpty,
  empty,
  class: name = '',
  children,
}: Props<T>) {
  const id = useId()
  return (
    <section class={`panel ${name}`} aria-labelledby={id} aria-busy={answer.state === 'loading'}>
      <header>
        <h2 id={id}>{title}</h2>
        <Trouble answer={answer} />
        {actions}
      </header>
      {content()}
    </section>
  )

  function content() {
    if (answer.state === 'loading') return <Skeleton lines={lines} />
    if (answer.state === 'failed') return <Failed error={answer.error} retry={answer.retry} />
    if (isEmpty?.(answer.data)) return <div class="empty">{empty}</div>
    return children(answer.data)
  }
}

/** Says that what is shown could not be refreshed. */
export const Trouble = ({ answer }: { answer: Answer<unknown> }) =>
  answer.state === 'ready' &&
  answer.trouble && (
    <span class="trouble" role="status" title={answer.trouble.message}>
      Not up to date
    </span>
  )

/** Keeps the place of what is coming. */
export const Skeleton = ({ lines }: { lines: number }) => (
  <div class="skeleton" role="status" aria-label="Loading">
    {Array.from({ length: lines }, (_, line) => (
      <i key={line} />
    ))}
  </div>
)

export const Failed = ({ error, retry }: { error: OrielError; retry: () => void }) => (
  <div class="failed" role="alert">
    <p>{error.message}</p>
    <button class="button" onClick={retry}>
      Try again
    </button>
  </div>
)
