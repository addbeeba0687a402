import { useState } from 'preact/hooks'
import type { RegisterRequest } from '../../schema/wire/requests'
import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { NewPassword } from '../Form/NewPassword'
import { useUser } from '../User/UserProvider'
import { Door } from './Door'
import { Providers } from './Providers'

export function RegisterPage() {
  const { register } = useUser()
  const [persona, setPersona] = useState<RegisterRequest['persona']>('end_user')
  return (
    <Door
      title="Create an account"
      otherwise={{ text: 'Already have one?', label: 'Sign in', path: '/login' }}
    >
      <Form
        submit="Create account"
        onSubmit={(value) =>
          register({
            name: value('name'),
            email: value('email'),
            password: value('password'),
            persona,
          })
        }
      >
        <fieldset class="personas">
          <legend class="unseen">What brings you here?</legend>
          <label>
            <input
              class="unseen"
              type="radio"
              name="persona"
              checked={persona === 'end_user'}
              onChange={() => setPersona('end_user')}
            />
            <b>I have a website</b>
            <small>and want widgets on it</small>
          </label>
          <label>
            <input
              class="unseen"
              type="radio"
              name="persona"
              checked={persona === 'builder'}
              onChange={() => setPersona('builder')}
            />
            <b>I build widgets</b>
            <small>for other people’s sites</small>
          </label>
        </fieldset>
        <Field name="name" label="Name" autoComplete="name" required maxLength={100} />
        <Field name="email" label="Email" type="email" autoComplete="username" required />
        <NewPassword name="password" label="Password" />
      </Form>
      <Providers persona={persona} />
    </Door>
  )
}
