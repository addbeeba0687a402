import { useState } from 'preact/hooks'
import type { AdminUser } from '../../schema/wire/admin'
import type { Persona } from '../../schema/wire/permission'
import { changeUsers } from '../data/admin'
import { Dialog } from '../Dialog/Dialog'
import { Form } from '../Form/Form'
import { PersonaChoice } from './PersonaChoice'
import type { Named } from './ResultsDialog'

type Props = { users: AdminUser[]; onClose: () => void; onChanged: (results: Named[]) => void }

/** Asks which personas the chosen users shall hold from now on. */
export function PersonasDialog({ users, onClose, onChanged }: Props) {
  const [personas, setPersonas] = useState<Persona[]>(users.length === 1 ? users[0]!.personas : [])
  const send = async () => {
    const ids = users.map(({ id }) => id)
    onChanged((await changeUsers({ action: 'set_personas', ids, personas })).results)
  }
  return (
    <Dialog title={titleOf(users)} onClose={onClose}>
      <Form submit="Change" disabled={personas.length === 0} onSubmit={send}>
        <PersonaChoice label="They hold these, and no others" personas={personas} onPersonas={setPersonas} />
      </Form>
    </Dialog>
  )
}

const titleOf = (users: AdminUser[]) =>
  users.length === 1 ? `Personas of ${users[0]!.name}` : `Personas of ${users.length} users`
