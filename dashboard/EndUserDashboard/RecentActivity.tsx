import { useMemo } from 'preact/hooks'
import type { EndUserDashboard } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { formatAgo, formatMoment } from '../format'
import { ForgetButton } from '../Privacy/ForgetButton'
import { Panel } from '../Panel/Panel'

const words = { load: 'Loaded', interaction: 'Interaction', error: 'Error' }
const markers = { load: 'loads', interaction: 'interactions', error: 'errors' }

type Props = { events: Answer<Pick<EndUserDashboard, 'recent' | 'widgets'>> }

/** The newest events, as they come. */
export function RecentActivity({ events }: Props) {
  const openedAt = useMemo(() => Date.now(), [])
  return (
    <Panel
      title="Latest"
      answer={events}
      lines={6}
      isEmpty={({ recent }) => recent.length === 0}
      empty={<p>What visitors do with your widgets shows up here as it happens.</p>}
    >
      {({ recent, widgets }) => (
        <ol class="events">
          {recent.map(({ id, at, type, name, data, implementationId, session }) => (
            <li key={id} class={at > openedAt ? 'fresh' : ''}>
              <i class={`marker ${markers[type]}`} />
              <span>
                <b>{name || words[type]}</b>
                <span class="soft"> {widgets.find((widget) => widget.id === implementationId)?.name}</span>
                {type !== 'load' && <span class="detail">{detailOf(data)}</span>}
              </span>
              <time dateTime={new Date(at).toISOString()} title={formatMoment(at)}>
                {formatAgo(at)}
              </time>
              {session && <ForgetButton widget={implementationId} session={session} />}
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

/** The plain values of an event's data on one line. */
const detailOf = (data: object) =>
  Object.values(data)
    .filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
    .join(', ')
