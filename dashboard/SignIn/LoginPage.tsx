import { useState } from 'preact/hooks'
import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { useUser } from '../User/UserProvider'
import { Door } from './Door'
import { useFragment } from './fragment'
import { Providers } from './Providers'

type Step = { name: 'password'; error: string | null } | { name: 'code'; challenge: string }

/** The way in. Sign-in providers send people here with the second step, or with what went wrong, behind the #. */
export function LoginPage() {
  const facts = useFragment()
  const [step, setStep] = useState<Step>(() => {
    const challenge = facts.get('challenge')
    return challenge ? { name: 'code', challenge } : { name: 'password', error: facts.get('error') }
  })
  if (step.name === 'code')
    return <CodeStep challenge={step.challenge} onBack={() => setStep({ name: 'password', error: null })} />
  return <PasswordStep error={step.error} onChallenge={(challenge) => setStep({ name: 'code', challenge })} />
}

type PasswordProps = { error: string | null; onChallenge: (challenge: string) => void }

function PasswordStep({ error, onChallenge }: PasswordProps) {
  const { login } = useUser()
  const signIn = async (value: (name: string) => string) => {
    const second = await login({ email: value('email'), password: value('password') })
    if (second) onChallenge(second.challenge)
  }
  return (
    <Door
      title="Sign in"
      otherwise={{ text: 'New to Oriel?', label: 'Create an account', path: '/register' }}
    >
      {error && (
        <p class="refused" role="alert">
          {error}
        </p>
      )}
      <Form submit="Sign in" onSubmit={signIn}>
        <Field name="email" label="Email" type="email" autoComplete="username" required autoFocus />
        <Field name="password" label="Password" type="password" autoComplete="current-password" required />
      </Form>
      <p class="aside">
        <a href="/forgot">Forgot your password?</a>
      </p>
      <Providers />
    </Door>
  )
}

function CodeStep({ challenge, onBack }: { challenge: string; onBack: () => void }) {
  const { answerChallenge } = useUser()
  return (
    <Door title="One more step">
      <Form
        submit="Continue"
        onSubmit={(value) => answerChallenge({ challenge, code: value('code') })}
        actions={
          <button type="button" class="button" onClick={onBack}>
            Back
          </button>
        }
      >
        <Field
          name="code"
          label="Code"
          autoComplete="one-time-code"
          required
          maxLength={40}
          autoFocus
          hint="The six digits that your authenticator app shows, or one of your recovery codes."
        />
      </Form>
    </Door>
  )
}
