import { useState } from 'preact/hooks'
import type { User } from '../../schema/wire/api'
import { changeEmail, changePassword, rename } from '../data/account'
import { known } from '../data/query'
import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { NewPassword } from '../Form/NewPassword'
import { Password } from '../Form/Password'
import { Panel } from '../Panel/Panel'
import { toast } from '../Toasts/Toasts'
import { useUser } from '../User/UserProvider'

export function Profile({ user }: { user: User }) {
  const { accept } = useUser()
  const [name, setName] = useState(user.name)
  const save = async () => {
    accept(await rename(name))
    toast('Your name is saved')
  }
  return (
    <Panel title="Profile" answer={known(name)}>
      {(name) => (
        <Form submit="Save" disabled={name.trim() === user.name} onSubmit={save}>
          <Field
            name="name"
            label="Name"
            autoComplete="name"
            required
            maxLength={100}
            value={name}
            onText={setName}
            hint="What the people that you work with see."
          />
        </Form>
      )}
    </Panel>
  )
}

/** The form's key changes when it was sent, so that no password stays in it; that of the password likewise. */
export function EmailAddress({ user }: { user: User }) {
  const [sentTo, setSentTo] = useState<string[]>([])
  const change = async (email: string, password: string) => {
    await changeEmail(email, password)
    setSentTo([...sentTo, email])
  }
  const latest = sentTo.at(-1)
  return (
    <Panel title="Email address" answer={known(user.email)}>
      {(email) => (
        <>
          <Form
            key={sentTo.length}
            submit="Change the address"
            onSubmit={(value) => change(value('email'), value('password'))}
          >
            <Field
              name="email"
              label="New address"
              type="email"
              autoComplete="email"
              required
              maxLength={254}
              hint={`Now it is ${email}.`}
            />
            <Password />
          </Form>
          {latest && (
            <p class="plain soft" role="status">
              A link is on its way to {latest}. The address becomes yours when you open it.
            </p>
          )}
        </>
      )}
    </Panel>
  )
}

export function PasswordChange() {
  const [changes, setChanges] = useState(0)
  const change = async (password: string, newPassword: string) => {
    await changePassword(password, newPassword)
    setChanges(changes + 1)
    toast('Your password is changed; your other devices are signed out')
  }
  return (
    <Panel title="Password" answer={known(changes)}>
      {(changes) => (
        <Form
          key={changes}
          submit="Change the password"
          onSubmit={(value) => change(value('password'), value('newPassword'))}
        >
          <Password label="Password until now" />
          <NewPassword name="newPassword" label="New password" />
        </Form>
      )}
    </Panel>
  )
}
