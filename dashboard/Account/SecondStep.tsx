import { useState } from 'preact/hooks'
import type { SecondFactor, SecondFactorEnrolment } from '../../schema/wire/api'
import { CopyButton } from '../Copy/CopyButton'
import { confirmSecondFactor, disableSecondFactor, enrolSecondFactor, getSecondFactor } from '../data/account'
import { useQuery } from '../data/query'
import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { Password } from '../Form/Password'
import { Panel } from '../Panel/Panel'
import { toast } from '../Toasts/Toasts'

/** What the server tells only once, between turning it on and having it. */
type Doing =
  | { step: 'nothing' }
  | { step: 'enrolling'; enrolment: SecondFactorEnrolment }
  | { step: 'keeping'; recoveryCodes: string[] }

/** The authenticator app: none, being set up, or on. */
export function SecondStep() {
  const answer = useQuery('second factor', getSecondFactor)
  const [doing, setDoing] = useState<Doing>({ step: 'nothing' })

  const enrol = async (password: string) =>
    setDoing({ step: 'enrolling', enrolment: await enrolSecondFactor(password) })
  const confirm = async (code: string) => setDoing({ step: 'keeping', ...(await confirmSecondFactor(code)) })

  return (
    <Panel title="Second step" answer={answer} lines={4}>
      {(factor) => {
        const finish = () => {
          setDoing({ step: 'nothing' })
          if (answer.state === 'ready') answer.retry()
        }
        if (doing.step === 'enrolling') return <Enrolment {...doing.enrolment} onCode={confirm} />
        if (doing.step === 'keeping') return <RecoveryCodes codes={doing.recoveryCodes} onKept={finish} />
        return factor.enabled ? <TurnOff factor={factor} onOff={finish} /> : <TurnOn onPassword={enrol} />
      }}
    </Panel>
  )
}

const TurnOn = ({ onPassword }: { onPassword: (password: string) => Promise<void> }) => (
  <>
    <p class="plain soft">
      With an authenticator app, a stolen password alone opens nothing: signing in asks for the app’s code
      too.
    </p>
    <Form submit="Set it up" onSubmit={(value) => onPassword(value('password'))}>
      <Password />
    </Form>
  </>
)

type EnrolmentProps = SecondFactorEnrolment & { onCode: (code: string) => Promise<void> }

const Enrolment = ({ secret, uri, onCode }: EnrolmentProps) => (
  <>
    <p class="plain">
      Add Oriel to your app: <a href={uri}>open the app on this device</a>, or type this key into it.
    </p>
    <pre class="secret" id="authenticator-key" aria-label="Key for the app">
      {secret.match(/.{1,4}/g)?.join(' ')}
    </pre>
    <Form
      submit="Turn it on"
      onSubmit={(value) => onCode(value('code'))}
      actions={<CopyButton text={secret} shownIn="authenticator-key" isMinor />}
    >
      <Field
        name="code"
        label="Code"
        autoComplete="one-time-code"
        required
        maxLength={40}
        hint="The six digits that the app shows now."
      />
    </Form>
  </>
)

const RecoveryCodes = ({ codes, onKept }: { codes: string[]; onKept: () => void }) => (
  <>
    <p class="plain">
      It is on. Keep these recovery codes where your phone is not: each opens your account once without the
      app, and they are shown only now.
    </p>
    <pre class="secret codes" id="recovery-codes" aria-label="Recovery codes">
      {codes.join('\n')}
    </pre>
    <div class="actions">
      <CopyButton text={codes.join('\n')} shownIn="recovery-codes" />
      <button class="button" onClick={onKept}>
        I have kept them
      </button>
    </div>
  </>
)

function TurnOff({ factor, onOff }: { factor: SecondFactor; onOff: () => void }) {
  const turnOff = async (value: (name: string) => string) => {
    await disableSecondFactor(value('password'), value('code'))
    toast('Signing in takes only your password again')
    onOff()
  }
  return (
    <>
      <p class="plain">
        It is on: signing in asks for a code. {factor.recoveryCodes}{' '}
        {factor.recoveryCodes === 1 ? 'recovery code is' : 'recovery codes are'} left; for new ones, turn it
        off and on.
      </p>
      <Form submit="Turn it off" onSubmit={turnOff}>
        <Password />
        <Field
          name="code"
          label="Code"
          autoComplete="one-time-code"
          required
          maxLength={40}
          hint="From the app, or a recovery code."
        />
      </Form>
    </>
  )
}
