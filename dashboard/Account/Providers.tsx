import { useEffect, useState } from 'preact/hooks'
import { PROVIDER_NAMES, type ConnectedProvider, type Provider } from '../../schema/wire/api'
import { connectProvider, disconnectProvider, listConnected, listOffered } from '../data/account'
import { useQuery } from '../data/query'
import { Dialog } from '../Dialog/Dialog'
import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { formatDate } from '../format'
import { Panel } from '../Panel/Panel'
import { useFragment } from '../SignIn/fragment'
import { complain, toast } from '../Toasts/Toasts'
import { OrielError } from '../../schema/wire/error'

/** The providers that one signs in with besides a password. Nothing where this server offers none. */
export function Providers() {
  const offered = useQuery('oauth', listOffered)
  const answer = useQuery('identities', listConnected)
  const [connecting, setConnecting] = useState<Provider>()
  const facts = useFragment()

  // What came of being away at a provider.
  useEffect(() => {
    const [connected, error] = [facts.get('connected'), facts.get('error')]
    if (connected) toast(`${nameOf(connected)} opens your account from now on`)
    if (error) complain(new OrielError('AUTH_ERROR', error))
  }, [facts])

  const disconnect = async (provider: Provider) => {
    await disconnectProvider(provider)
    toast(`${PROVIDER_NAMES[provider]} opens your account no more`)
    if (answer.state === 'ready') answer.retry()
  }
  const connected = answer.state === 'ready' ? answer.data : []
  const known = offered.state === 'ready' ? offered.data.map(({ id }) => id) : []
  const all = [...new Set([...known, ...connected.map(({ provider }) => provider)])]
  if (all.length === 0) return null
  return (
    <Panel title="Other ways to sign in" class="full" answer={answer}>
      {() => (
        <>
          <table>
            <tbody>
              {all.map((provider) => (
                <Row
                  key={provider}
                  provider={provider}
                  identities={connected.filter((each) => each.provider === provider)}
                  onConnect={() => setConnecting(provider)}
                  onDisconnect={() => void disconnect(provider).catch(complain)}
                />
              ))}
            </tbody>
          </table>
          {connecting && <ConnectDialog provider={connecting} onClose={() => setConnecting(undefined)} />}
        </>
      )}
    </Panel>
  )
}

type RowProps = {
  provider: Provider
  identities: ConnectedProvider[]
  onConnect: () => void
  onDisconnect: () => void
}

const Row = ({ provider, identities: [identity], onConnect, onDisconnect }: RowProps) => (
  <tr>
    <th scope="row" class="wide">
      {PROVIDER_NAMES[provider]} {identity && <span class="soft">{identity.email}</span>}
    </th>
    <td class="soft minor">{identity ? `since ${formatDate(identity.createdAt)}` : 'not connected'}</td>
    <td class="number">
      <button
        class={`button ${identity ? 'danger' : ''}`}
        aria-label={`${identity ? 'Disconnect' : 'Connect'} ${PROVIDER_NAMES[provider]}`}
        onClick={identity ? onDisconnect : onConnect}
      >
        {identity ? 'Disconnect' : 'Connect'}
      </button>
    </td>
  </tr>
)

function ConnectDialog({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const connect = async (value: (name: string) => string) => {
    const { url } = await connectProvider(provider, value('password'))
    location.assign(url)
  }
  return (
    <Dialog title={`Connect ${PROVIDER_NAMES[provider]}`} onClose={onClose}>
      <Form submit={`Go to ${PROVIDER_NAMES[provider]}`} onSubmit={connect}>
        <Field
          name="password"
          label="Your password"
          type="password"
          autoComplete="current-password"
          hint="Leave it empty if your account has none."
        />
      </Form>
    </Dialog>
  )
}

const nameOf = (provider: string) =>
  Object.entries(PROVIDER_NAMES).find(([id]) => id === provider)?.[1] ?? 'The provider'
