import { createContext, type ComponentChildren } from 'preact'
import { useContext, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { OrielError, type FieldError } from '../../schema/wire/error'
import './Form.css'

type Status =
  { state: 'filling' } | { state: 'sending' } | { state: 'refused'; message: string; fields: FieldError[] }

/** What the server said against the field of this name. */
const Refusals = createContext<(name: string) => string | undefined>(() => undefined)
export const useRefusal = (name: string) => useContext(Refusals)(name)

type Props = {
  /** What the button says. */
  submit: string
  /** A thrown OrielError is shown in the form: its fields at their fields, named as the API names them. */
  onSubmit: (values: (name: string) => string) => Promise<void>
  /** Beside the submit button. */
  actions?: ComponentChildren
  /** Set to keep the button shut although every field is valid. */
  disabled?: boolean
  class?: string
  children: ComponentChildren
}

/** A form that can be sent once its fields are valid, and shows at each field what the server has against it. */
export function Form({ submit, onSubmit, actions, disabled = false, class: name = '', children }: Props) {
  const form = useRef<HTMLFormElement>(null)
  const [status, setStatus] = useState<Status>({ state: 'filling' })
  const [isValid, setValid] = useState(false)
  const fields = status.state === 'refused' ? status.fields : []
  const check = () => setValid(form.current?.checkValidity() ?? false)
  // Values also change from outside: presets, undo.
  useLayoutEffect(check)
  // The first field that was refused gets the focus, so that everybody hears why.
  useLayoutEffect(() => {
    const first = fields[0] && form.current?.elements.namedItem(fields[0].path)
    if (first instanceof HTMLElement) first.focus()
  }, [status])

  async function send(event: SubmitEvent) {
    event.preventDefault()
    const data = new FormData(form.current!)
    setStatus({ state: 'sending' })
    try {
      await onSubmit((field) => String(data.get(field) ?? ''))
      setStatus({ state: 'filling' })
    } catch (error) {
      const { message, details } =
        error instanceof OrielError ? error : { message: String(error), details: {} }
      const [placed, loose] = placeErrors(details?.fields ?? [])
      // What is said at the fields need not be said twice.
      const summary = placed.length > 0 ? ['Please correct what is marked.', ...loose] : [message]
      setStatus({ state: 'refused', message: summary.join(' '), fields: placed })
    }
  }

  /** An error deep in a value belongs to the nearest field above it: `origins.2` to `origins`. */
  function placeErrors(errors: FieldError[]): [placed: FieldError[], loose: string[]] {
    const placed: FieldError[] = []
    const loose: string[] = []
    for (const { path, message } of errors) {
      let place = path
      while (place && !form.current?.elements.namedItem(place)) place = place.replace(/\.?[^.]*$/, '')
      if (place) placed.push({ path: place, message })
      else loose.push(message)
    }
    return [placed, loose]
  }

  function forget({ target }: Event) {
    check()
    const { name } = target as HTMLInputElement
    if (status.state === 'refused')
      setStatus({ ...status, fields: fields.filter((field) => field.path !== name) })
  }

  return (
    <form ref={form} class={`form ${name}`} noValidate onSubmit={send} onInput={forget} onChange={check}>
      <Refusals.Provider value={(path) => fields.find((field) => field.path === path)?.message}>
        {children}
      </Refusals.Provider>
      {status.state === 'refused' && (
        <p class="refused" role="alert">
          {status.message}
        </p>
      )}
      <div class="actions">
        <button class="button primary" disabled={!isValid || disabled || status.state === 'sending'}>
          {submit}
        </button>
        {actions}
      </div>
    </form>
  )
}
