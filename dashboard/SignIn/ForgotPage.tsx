import { useState } from 'preact/hooks'
import { forgotPassword } from '../data/account'
import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { Door } from './Door'

/** Has a link mailed to choose another password with. Whether there is such an account, only the mailbox is told. */
export function ForgotPage() {
  const [email, setEmail] = useState<string>()
  return (
    <Door title="Forgot your password?" otherwise={{ text: 'Back to', label: 'Sign in', path: '/login' }}>
      {email ? (
        <p class="plain" role="status">
          If {email} has an account, a link is on its way to it. It works once, for an hour.
        </p>
      ) : (
        <Form
          submit="Mail me a link"
          onSubmit={async (value) => {
            await forgotPassword(value('email'))
            setEmail(value('email'))
          }}
        >
          <Field
            name="email"
            label="Email"
            type="email"
            autoComplete="username"
            required
            autoFocus
            hint="The address that you sign in with."
          />
        </Form>
      )}
    </Door>
  )
}
