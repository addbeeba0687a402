import { useState } from 'preact/hooks'
import type { NewApiKey, User } from '../../schema/wire/api'
import { createApiKey } from '../data/account'
import { Dialog } from '../Dialog/Dialog'
import { Choice, Field, Switch } from '../Form/Field'
import { Form } from '../Form/Form'
import { PERSONA_NAMES } from '../format'

const DAY_MS = 86_400_000
const LIFETIMES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'Until it is revoked' },
]

/** `view_usage` as people read it. Grants such as `builder.projects.*` stay as they are. */
export const nameScope = (scope: string): string =>
  scope.includes('.') ? scope : scope.replace(/^./, (first) => first.toUpperCase()).replaceAll('_', ' ')

type Props = { user: User; onClose: () => void; onMade: (key: NewApiKey) => void }

/** Asks what a new key is for, what it may do and how long. */
export function NewKeyDialog({ user, onClose, onMade }: Props) {
  const [scopes, setScopes] = useState<string[]>([])
  const make = async (value: (name: string) => string) => {
    const days = Number(value('days'))
    onMade(
      await createApiKey({
        name: value('name'),
        scopes,
        ...(days > 0 && { expiresAt: Date.now() + days * DAY_MS }),
      }),
    )
  }
  return (
    <Dialog title="Make a key" onClose={onClose}>
      <Form submit="Make the key" disabled={scopes.length === 0} onSubmit={make}>
        <Field name="name" label="Name" required maxLength={100} hint="What it is for, to know it by." />
        <fieldset class="scopes">
          <legend>What it may do, as {PERSONA_NAMES[user.persona].toLowerCase()}</legend>
          {user.permissions.map((scope) => (
            <Switch
              key={scope}
              name={scope}
              label={nameScope(scope)}
              checked={scopes.includes(scope)}
              onChecked={(checked) =>
                setScopes(checked ? [...scopes, scope] : scopes.filter((each) => each !== scope))
              }
            />
          ))}
        </fieldset>
        <Choice name="days" label="How long" options={LIFETIMES} />
      </Form>
    </Dialog>
  )
}
