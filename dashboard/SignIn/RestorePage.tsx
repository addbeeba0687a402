import { useState } from 'preact/hooks'
import { restoreAccount } from '../data/account'
import { Form } from '../Form/Form'
import { Door } from './Door'
import { useFragment } from './fragment'

/** Where the link of the mail leads that said that an account is closed. */
export function RestorePage() {
  const token = useFragment().get('token')
  const [isBack, setBack] = useState(false)
  if (!token)
    return (
      <Door title="This link does not work">
        <p class="plain" role="alert">
          It is not whole. Open it from the mail once more.
        </p>
      </Door>
    )
  if (isBack)
    return (
      <Door title="Welcome back">
        <p class="plain" role="status">
          Your account is as it was. Sign in with your password; API keys have to be made anew.
        </p>
        <a class="button primary" href="/login">
          Sign in
        </a>
      </Door>
    )
  return (
    <Door title="Bring your account back">
      <Form
        submit="Bring it back"
        onSubmit={async () => {
          await restoreAccount(token)
          setBack(true)
        }}
      >
        <p class="plain">Your widgets show again at once, and your projects are offered as before.</p>
      </Form>
    </Door>
  )
}
