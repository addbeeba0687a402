import { useState } from 'preact/hooks'
import type { Json } from '../../schema/wire/json'
import { Choice, Field, Switch, TextArea } from '../Form/Field'
import type { ConfigField } from './configuration'

type Props = { field: ConfigField; value: Json; onValue: (value: Json) => void }

/** The control that fits a field of the schema. */
export function ConfigInput({ field, value, onValue }: Props) {
  const shared = {
    name: `configuration.${field.key}`,
    label: field.label,
    hint: field.hint,
    required: field.isRequired,
  }
  const text = typeof value === 'string' ? value : ''
  switch (field.kind) {
    case 'text': {
      const limits = { maxLength: field.maxLength, minLength: field.minLength }
      return field.isLong ? (
        <TextArea {...shared} {...limits} value={text} onText={onValue} />
      ) : (
        <Field {...shared} {...limits} value={text} onText={onValue} />
      )
    }
    case 'colour':
      return <Field {...shared} type="color" value={text || '#000000'} onText={onValue} />
    case 'number':
      return (
        <Field
          {...shared}
          type="number"
          min={field.min}
          max={field.max}
          step={field.isWhole ? 1 : 'any'}
          value={typeof value === 'number' ? value : ''}
          onText={(typed) => onValue(typed === '' ? null : Number(typed))}
        />
      )
    case 'switch':
      return <Switch {...shared} checked={value === true} onChecked={onValue} />
    case 'choice':
      return (
        <Choice
          {...shared}
          value={String(value)}
          options={field.options.map((option) => ({ value: String(option), label: String(option) }))}
          onText={(chosen) => onValue(field.options.find((option) => String(option) === chosen) ?? chosen)}
        />
      )
    case 'lines': {
      const lines = Array.isArray(value) ? value.map(String) : []
      return <Lines {...shared} lines={lines} onLines={onValue} />
    }
    case 'json':
      return <JsonArea {...shared} value={value} onValue={onValue} />
  }
}

type Shared = { name: string; label: string; hint: string; required: boolean }

/** A list of texts, one per line. A line that is still being typed is kept as it is written. */
function Lines({
  lines,
  onLines,
  hint,
  ...shared
}: Shared & { lines: string[]; onLines: (lines: string[]) => void }) {
  const [typed, setTyped] = useState('')
  const shown = toLines(typed).join('\n') === lines.join('\n') ? typed : lines.join('\n')
  return (
    <TextArea
      {...shared}
      hint={[hint, 'One per line.'].filter(Boolean).join(' ')}
      rows={Math.max(3, lines.length + 1)}
      value={shown}
      onText={(text) => {
        setTyped(text)
        onLines(toLines(text))
      }}
    />
  )
}

const toLines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** Whatever else JSON can say. What does not parse is not handed on. */
function JsonArea({
  value,
  onValue,
  hint,
  ...shared
}: Shared & { value: Json; onValue: (value: Json) => void }) {
  const [broken, setBroken] = useState<string>()
  return (
    <TextArea
      {...shared}
      hint={
        broken === undefined ? [hint, 'Written as JSON.'].filter(Boolean).join(' ') : 'This is not JSON yet.'
      }
      value={broken ?? JSON.stringify(value, null, 2)}
      onText={(text) => {
        try {
          onValue(JSON.parse(text))
          setBroken(undefined)
        } catch {
          setBroken(text)
        }
      }}
    />
  )
}
