import { useState } from 'preact/hooks'
import type { Invitation } from '../../schema/wire/admin'
import { OrielError } from '../../schema/wire/error'
import type { Persona } from '../../schema/wire/permission'
import { changeUsers } from '../data/admin'
import { Dialog } from '../Dialog/Dialog'
import { TextArea } from '../Form/Field'
import { Form } from '../Form/Form'
import { PersonaChoice } from './PersonaChoice'
import type { Named } from './ResultsDialog'

/** "Ada Lovelace <ada@example.com>" or "ada@example.com", as mail programs write them. */
export function readPeople(text: string, personas: Persona[]): Invitation[] {
  // A comma between quotes belongs to a name.
  return (text.match(/("[^"]*"|[^\n;,])+/g) ?? [])
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [, name = '', address] = /^(.*?)\s*<([^<>]+)>$/.exec(line) ?? []
      const email = address?.trim() ?? line
      return { email, name: name.replace(/^"|"$/g, '') || email.split('@')[0]!, personas }
    })
}

/** Many people stand in one field, so what is wrong with one says with whom. */
function nameLines(error: unknown, people: Invitation[]): unknown {
  if (!(error instanceof OrielError) || !error.details?.fields) return error
  const fields = error.details.fields.map(({ path, message }) => {
    const person = people[Number(/^people\.(\d+)\./.exec(path)?.[1])]
    return { path, message: person ? `${person.email}: ${message}` : message }
  })
  return new OrielError(error.code, error.message, { fields })
}

type Props = { onClose: () => void; onSent: (results: Named[]) => void }

/** Asks whom to invite; each gets a mail with a link to choose a password. */
export function InviteDialog({ onClose, onSent }: Props) {
  const [personas, setPersonas] = useState<Persona[]>(['builder'])
  const send = async (value: (name: string) => string) => {
    const people = readPeople(value('people'), personas)
    const { results } = await changeUsers({ action: 'invite', people }).catch((error: unknown) => {
      throw nameLines(error, people)
    })
    onSent(results)
  }
  return (
    <Dialog title="Invite people" onClose={onClose}>
      <Form submit="Send invitations" disabled={personas.length === 0} onSubmit={send}>
        <TextArea
          name="people"
          label="Who"
          required
          hint="One a line: ada@example.com, or Ada Lovelace <ada@example.com>. At most 100."
        />
        <PersonaChoice label="As" personas={personas} onPersonas={setPersonas} />
      </Form>
    </Dialog>
  )
}
