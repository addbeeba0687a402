import type { ComponentChildren, PartialInputHTMLAttributes, TextareaHTMLAttributes } from 'preact'
import { useId, useState } from 'preact/hooks'
import { useRefusal } from './Form'

type Shared = { name: string; label: string; hint?: ComponentChildren }
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

/**
 * The label, the hint and the error around one control. The error is the server's, or the browser's own once the
 * field was left with something in it that cannot be sent.
 */
function useField({ name, hint }: Shared) {
  const id = useId()
  const [complaint, setComplaint] = useState('')
  const error = useRefusal(name) ?? complaint
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  const look = ({ currentTarget }: { currentTarget: Control }) =>
    setComplaint(currentTarget.validationMessage)
  const control = {
    id,
    name,
    'aria-invalid': error !== '',
    ...(describedBy && { 'aria-describedby': describedBy }),
    // Who passes by an empty field has done nothing wrong yet; a complaint would also move the link that they click.
    onBlur: (event: { currentTarget: Control }) => event.currentTarget.value && look(event),
    // A complaint goes as soon as it is answered, but none comes while somebody is still typing.
    onInput: (event: { currentTarget: Control }) => complaint && look(event),
  }
  return { id, error, control }
}

type Frames = Shared & { id: string; error: string; class?: string; children: ComponentChildren }

function Frame({ id, label, hint, error, class: name = '', children }: Frames) {
  return (
    <div class={`field ${name}`}>
      <label for={id}>{label}</label>
      {children}
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} class="error">
          {error}
        </p>
      )}
    </div>
  )
}

type Inputs = Shared & {
  type?: 'text' | 'email' | 'password' | 'url' | 'number' | 'color'
  onText?: (text: string) => void
} & Pick<
    PartialInputHTMLAttributes<HTMLInputElement>,
    | 'value'
    | 'required'
    | 'min'
    | 'max'
    | 'step'
    | 'minLength'
    | 'maxLength'
    | 'placeholder'
    | 'autoComplete'
    | 'autoFocus'
  >

export function Field({ label, hint, onText, type = 'text', ...input }: Inputs) {
  const { id, error, control } = useField({ ...input, label, hint })
  return (
    <Frame id={id} name={input.name} label={label} hint={hint} error={error}>
      <input
        {...input}
        {...control}
        // Preact's types, which tell roles apart by it, take no choice of types.
        type={type as 'text'}
        onInput={(event) => {
          control.onInput(event)
          onText?.(event.currentTarget.value)
        }}
      />
    </Frame>
  )
}

type Areas = Shared &
  Pick<
    TextareaHTMLAttributes<HTMLTextAreaElement>,
    'value' | 'defaultValue' | 'rows' | 'required' | 'maxLength' | 'minLength'
  > & {
    onText?: (text: string) => void
  }

export function TextArea({ label, hint, onText, ...area }: Areas) {
  const { id, error, control } = useField({ ...area, label, hint })
  return (
    <Frame id={id} name={area.name} label={label} hint={hint} error={error}>
      <textarea
        rows={4}
        {...area}
        {...control}
        onInput={(event) => {
          control.onInput(event)
          onText?.(event.currentTarget.value)
        }}
      />
    </Frame>
  )
}

type Choices = Shared & {
  value?: string
  options: { value: string; label: string }[]
  onText?: (text: string) => void
}

export function Choice({ label, hint, options, value, onText, name }: Choices) {
  const { id, error, control } = useField({ name, label, hint })
  return (
    <Frame id={id} name={name} label={label} hint={hint} error={error}>
      <select {...control} value={value} onChange={(event) => onText?.(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  )
}

type Switches = Shared & { checked: boolean; onChecked: (checked: boolean) => void }

export function Switch({ label, hint, name, checked, onChecked }: Switches) {
  const { id, error, control } = useField({ name, label, hint })
  return (
    <Frame id={id} name={name} label={label} hint={hint} error={error} class="check">
      <input
        {...control}
        type="checkbox"
        checked={checked}
        onChange={(event) => onChecked(event.currentTarget.checked)}
      />
    </Frame>
  )
}
