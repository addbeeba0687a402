import { useState } from 'preact/hooks'
import type { ApiKey, NewApiKey, User } from '../../schema/wire/api'
import { CopyButton } from '../Copy/CopyButton'
import { listApiKeys, revokeApiKey } from '../data/account'
import { useQuery } from '../data/query'
import { formatAgo, formatDate, formatMoment, PERSONA_NAMES } from '../format'
import { Panel } from '../Panel/Panel'
import { complain, toast } from '../Toasts/Toasts'
import { NewKeyDialog, nameScope } from './NewKeyDialog'

/** Keys for programs: those that there are, and a new one once. */
export function ApiKeys({ user }: { user: User }) {
  const answer = useQuery('api keys', listApiKeys)
  const [isAdding, setAdding] = useState(false)
  const [made, setMade] = useState<NewApiKey>()
  const refresh = () => answer.state === 'ready' && answer.retry()

  const revoke = async (key: ApiKey) => {
    await revokeApiKey(key.id)
    toast(`${key.name} opens nothing any more`)
    if (made?.id === key.id) setMade(undefined)
    refresh()
  }
  const add = (
    <button class="button" onClick={() => setAdding(true)}>
      Make a key
    </button>
  )
  return (
    <Panel title="API keys" class="full" answer={answer} actions={add}>
      {(keys) => (
        <>
          {made && <MadeKey made={made} onKept={() => setMade(undefined)} />}
          {keys.length > 0 ? (
            <Keys keys={keys} onRevoke={(key) => void revoke(key).catch(complain)} />
          ) : (
            <p class="plain soft">Programs, such as the command line, use the API with a key of their own.</p>
          )}
          {isAdding && (
            <NewKeyDialog
              user={user}
              onClose={() => setAdding(false)}
              onMade={(key) => {
                setAdding(false)
                setMade(key)
                refresh()
              }}
            />
          )}
        </>
      )}
    </Panel>
  )
}

const MadeKey = ({ made, onKept }: { made: NewApiKey; onKept: () => void }) => (
  <div class="made" role="status">
    <p class="plain">This is {made.name}. Copy it to where it is used: it is shown only now.</p>
    <pre class="secret" id="api-key" aria-label="The new key">
      {made.key}
    </pre>
    <div class="actions">
      <CopyButton text={made.key} shownIn="api-key" />
      <button class="button" onClick={onKept}>
        I have it
      </button>
    </div>
  </div>
)

const Keys = ({ keys, onRevoke }: { keys: ApiKey[]; onRevoke: (key: ApiKey) => void }) => (
  <div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col" class="minor">
            As
          </th>
          <th scope="col" class="minor">
            Last used
          </th>
          <th scope="col">Until</th>
          <th scope="col">
            <span class="unseen">Revoke</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <th scope="row" class="wide" title={key.scopes.map(nameScope).join(', ')}>
              {key.name} <code class="soft">{key.hint}…</code>
            </th>
            <td class="minor">{PERSONA_NAMES[key.persona]}</td>
            <td class="soft minor" title={key.lastUsedAt === null ? undefined : formatMoment(key.lastUsedAt)}>
              {key.lastUsedAt === null ? 'Never' : formatAgo(key.lastUsedAt)}
            </td>
            <td class="soft">{key.expiresAt === null ? 'It is revoked' : formatDate(key.expiresAt)}</td>
            <td class="number">
              <button class="button danger" aria-label={`Revoke ${key.name}`} onClick={() => onRevoke(key)}>
                Revoke
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
