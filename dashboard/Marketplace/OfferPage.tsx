import { useState } from 'preact/hooks'
import { useRoute } from 'preact-iso/router'
import { getOffer } from '../data/api'
import { known, useQuery } from '../data/query'
import { formatDate, formatNumber } from '../format'
import { Failed, Panel, Skeleton } from '../Panel/Panel'
import { useUser } from '../User/UserProvider'
import { ImplementDialog } from './ImplementDialog'
import './Marketplace.css'

/** One widget behind its link, listed or not: who made it, what it may do, and the way to have it. */
export function OfferPage() {
  const id = useRoute().params.projectId ?? ''
  const { persona } = useUser()
  const answer = useQuery(`marketplace/${id}`, () => getOffer(id))
  const [isAdding, setAdding] = useState(false)

  if (answer.state === 'loading') return <Skeleton lines={6} />
  if (answer.state === 'failed') return <Failed {...answer} />
  const { name, description, builder, latestVersion, implementations, permissions, status, channels } =
    answer.data
  const stable = channels.find((channel) => channel.name === 'stable')
  const facts = {
    Builder: builder.name,
    Version: `${latestVersion}${stable ? `, released ${formatDate(stable.releasedAt)}` : ''}`,
    'In use': `on ${formatNumber(implementations)} ${implementations === 1 ? 'site' : 'sites'}`,
    'May connect to': permissions.network.join(', ') || 'Oriel only',
    'May open windows': permissions.popups ? 'yes' : 'no',
  }
  return (
    <>
      <div class="title">
        <div>
          <a class="crumb" href="/marketplace">
            Marketplace
          </a>
          <h1>{name}</h1>
          <p>{description}</p>
        </div>
        {persona === 'end_user' && (
          <button class="button primary" onClick={() => setAdding(true)}>
            Add to my site
          </button>
        )}
      </div>
      <Panel title="What it is" answer={known(facts)}>
        {(facts) => (
          <>
            {status !== 'published' && (
              <p class="plain soft">
                It is not listed: you see it by its link, and nobody at Oriel has looked at it yet.
              </p>
            )}
            <dl class="facts">
              {Object.entries(facts).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </Panel>
      {isAdding && <ImplementDialog project={answer.data} onClose={() => setAdding(false)} />}
    </>
  )
}
