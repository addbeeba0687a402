import { useMemo } from 'preact/hooks'
import type { Implementation } from '../../schema/wire/api'
import type { JsonObject } from '../../schema/wire/json'
import { Choice } from '../Form/Field'
import { Form } from '../Form/Form'
import { Panel } from '../Panel/Panel'
import { ConfigInput } from './ConfigInput'
import { fieldsOf, mergePatch } from './configuration'

type Props = {
  widget: Implementation
  /** What the form shows; the saved configuration is the widget's. */
  draft: JsonObject
  onDraft: (draft: JsonObject) => void
  /** Sends a merge patch. Throws what the server has against it. */
  onSave: (patch: JsonObject) => Promise<void>
}

/** The form that a widget's schema describes. */
export function ConfigurationPanel({ widget, draft, onDraft, onSave }: Props) {
  const { configSchema, configuration, presets } = widget
  const fields = useMemo(() => fieldsOf(configSchema), [configSchema])
  const patch = mergePatch(configuration, draft)
  const isChanged = Object.keys(patch).length > 0
  return (
    <Panel
      title="Settings"
      answer={{ state: 'ready', data: fields, retry: () => {} }}
      isEmpty={() => fields.length === 0}
      empty={<p>This widget has nothing to set.</p>}
    >
      {(fields) => (
        <Form
          submit="Save"
          disabled={!isChanged}
          onSubmit={() => onSave(patch)}
          actions={
            <button class="button" type="button" disabled={!isChanged} onClick={() => onDraft(configuration)}>
              Undo changes
            </button>
          }
        >
          {presets.length > 0 && (
            <Choice
              name="preset"
              label="Start from"
              value=""
              options={[
                { value: '', label: 'A preset…' },
                ...presets.map(({ name }) => ({ value: name, label: name })),
              ]}
              onText={(name) => {
                const preset = presets.find((each) => each.name === name)
                if (preset) onDraft({ ...draft, ...preset.configuration })
              }}
            />
          )}
          {fields.map((field) => (
            <ConfigInput
              key={field.key}
              field={field}
              value={draft[field.key] ?? field.initial}
              onValue={(value) => onDraft({ ...draft, [field.key]: value })}
            />
          ))}
        </Form>
      )}
    </Panel>
  )
}
