import { useState } from 'preact/hooks'
import { resetPassword } from '../data/account'
import { Form } from '../Form/Form'
import { NewPassword } from '../Form/NewPassword'
import { useUser } from '../User/UserProvider'
import { Door } from './Door'
import { useFragment } from './fragment'

/** Where the mailed link leads that a new password is chosen with. */
export function ResetPage() {
  const token = useFragment().get('token')
  const { user, reload } = useUser()
  const [isDone, setDone] = useState(false)

  const choose = async (password: string) => {
    await resetPassword(token!, password)
    setDone(true)
    // Every session of the account has ended, perhaps the one of this page too.
    if (user) await reload()
  }
  if (isDone)
    return (
      <Door title="Your password is changed">
        <p class="plain" role="status">
          Every device that was signed in to your account has been signed out.
        </p>
        <a class="button primary" href="/login">
          Sign in
        </a>
      </Door>
    )
  if (!token)
    return (
      <Door title="This link is not whole">
        <p class="plain">Open it from the mail once more, or have another one sent.</p>
        <a class="button primary" href="/forgot">
          Send another
        </a>
      </Door>
    )
  return (
    <Door title="Choose a password">
      <Form submit="Change the password" onSubmit={(value) => choose(value('password'))}>
        <NewPassword name="password" label="New password" />
      </Form>
      <p class="aside">
        Does the link not work any more? <a href="/forgot">Have another one sent</a>
      </p>
    </Door>
  )
}
