import { useState } from 'preact/hooks'
import { sendVerification } from '../data/account'
import { complain, toast } from '../Toasts/Toasts'

/** Reminds, without standing in the way, of the mail that nobody has opened yet. */
export function VerifyBanner({ email }: { email: string }) {
  const [isSending, setSending] = useState(false)
  const sendAgain = async () => {
    setSending(true)
    await sendVerification().then(() => toast(`A link is on its way to ${email}`), complain)
    setSending(false)
  }
  return (
    <p class="reminder">
      <span>Please confirm that {email} is yours: a link is in your mail.</span>
      <button disabled={isSending} onClick={() => void sendAgain()}>
        Send the mail again
      </button>
    </p>
  )
}
