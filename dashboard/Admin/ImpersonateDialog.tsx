import { useLocation } from 'preact-iso/router'
import type { AdminUser } from '../../schema/wire/admin'
import type { Persona } from '../../schema/wire/permission'
import { impersonate } from '../data/admin'
import { Dialog } from '../Dialog/Dialog'
import { Choice, Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { PERSONA_NAMES } from '../format'
import { HOMES } from '../homes'
import { useUser } from '../User/UserProvider'

/** Asks why, and then shows Oriel through somebody's eyes. */
export function ImpersonateDialog({ user, onClose }: { user: AdminUser; onClose: () => void }) {
  const { accept } = useUser()
  const { route } = useLocation()
  const look = async (value: (name: string) => string) => {
    const persona = (value('persona') || user.persona) as Persona
    const { user: seen } = await impersonate(user.id, { reason: value('reason'), persona })
    accept(seen)
    route(HOMES[seen.persona])
  }
  return (
    <Dialog title={`See Oriel as ${user.name}`} onClose={onClose}>
      <Form submit="See it" onSubmit={look}>
        <p class="plain soft">
          For half an hour you see what they see, and can change nothing. The audit log keeps that you did,
          and why.
        </p>
        {user.personas.length > 1 && (
          <Choice
            name="persona"
            label="As"
            options={user.personas.map((value) => ({ value, label: PERSONA_NAMES[value] }))}
          />
        )}
        <Field name="reason" label="Reason" required maxLength={500} />
      </Form>
    </Dialog>
  )
}
