import type { RegisterRequest } from '../../schema/wire/requests'
import { listOffered } from '../data/account'
import { useQuery } from '../data/query'

/** The providers that this server signs in with; nothing while there are none, for a password always works. */
export function Providers({ persona }: { persona?: RegisterRequest['persona'] }) {
  const offered = useQuery('oauth', listOffered)
  if (offered.state !== 'ready' || offered.data.length === 0) return null
  return (
    <div class="providers">
      <p class="or">or</p>
      {offered.data.map(({ id, name }) => (
        <a key={id} class="button" href={`/api/auth/oauth/${id}${persona ? `?persona=${persona}` : ''}`}>
          Continue with {name}
        </a>
      ))}
    </div>
  )
}
