import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { useUser } from '../User/UserProvider'
import { Door } from './Door'

/** The shortest password that the API takes. */
const MIN_PASSWORD_LENGTH = 10

export function RegisterPage() {
  const { register } = useUser()
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
            persona: value('persona') === 'builder' ? 'builder' : 'end_user',
          })
        }
      >
        <fieldset class="personas">
          <legend class="unseen">What brings you here?</legend>
          <label>
            <input class="unseen" type="radio" name="persona" value="end_user" defaultChecked />
            <b>I have a website</b>
            <small>and want widgets on it</small>
          </label>
          <label>
            <input class="unseen" type="radio" name="persona" value="builder" />
            <b>I build widgets</b>
            <small>for other people’s sites</small>
          </label>
        </fieldset>
        <Field name="name" label="Name" autoComplete="name" required maxLength={100} />
        <Field name="email" label="Email" type="email" autoComplete="username" required />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          required
          minLength={MIN_PASSWORD_LENGTH}
          hint={`At least ${MIN_PASSWORD_LENGTH} characters.`}
        />
      </Form>
    </Door>
  )
}
