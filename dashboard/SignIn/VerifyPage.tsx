import { useEffect, useState } from 'preact/hooks'
import { OrielError } from '../../schema/wire/error'
import { verifyEmail } from '../data/account'
import { getMe } from '../data/api'
import { Skeleton } from '../Panel/Panel'
import { complain } from '../Toasts/Toasts'
import { useUser } from '../User/UserProvider'
import { Door } from './Door'
import { useFragment } from './fragment'

type Outcome = { state: 'asking' } | { state: 'done'; email: string } | { state: 'failed'; message: string }

/** Where the mailed link leads that proves whose an address is; opening it is all there is to do. */
export function VerifyPage() {
  const token = useFragment().get('token')
  const { user, accept } = useUser()
  const [outcome, setOutcome] = useState<Outcome>({ state: 'asking' })

  async function verify() {
    if (!token) {
      setOutcome({ state: 'failed', message: 'It is not whole. Open it from the mail once more.' })
      return
    }
    setOutcome({ state: 'asking' })
    try {
      const { email } = await verifyEmail(token)
      setOutcome({ state: 'done', email })
    } catch (error) {
      const message =
        error instanceof OrielError ? (error.details?.fields?.[0] ?? error).message : String(error)
      setOutcome({ state: 'failed', message })
      return
    }
    if (user) await getMe().then(accept, complain)
  }
  useEffect(() => void verify(), [token])

  const onward = (
    <a class="button primary" href={user ? '/dashboard' : '/login'}>
      {user ? 'To your dashboard' : 'Sign in'}
    </a>
  )
  if (outcome.state === 'asking')
    return (
      <Door title="Confirming your address">
        <Skeleton lines={2} />
      </Door>
    )
  if (outcome.state === 'failed')
    return (
      <Door title="This link does not work">
        <p class="plain" role="alert">
          {outcome.message}
          {user && !user.emailVerified && ' Your dashboard can send you another one.'}
        </p>
        {onward}
      </Door>
    )
  return (
    <Door title="Your address is confirmed">
      <p class="plain" role="status">
        {outcome.email} is yours. Thank you!
      </p>
      {onward}
    </Door>
  )
}
