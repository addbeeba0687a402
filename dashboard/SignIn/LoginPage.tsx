import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { useUser } from '../User/UserProvider'
import { Door } from './Door'

export function LoginPage() {
  const { login } = useUser()
  return (
    <Door
      title="Sign in"
      otherwise={{ text: 'New to Oriel?', label: 'Create an account', path: '/register' }}
    >
      <Form
        submit="Sign in"
        onSubmit={(value) => login({ email: value('email'), password: value('password') })}
      >
        <Field name="email" label="Email" type="email" autoComplete="username" required autoFocus />
        <Field name="password" label="Password" type="password" autoComplete="current-password" required />
      </Form>
    </Door>
  )
}
