import { useState } from 'preact/hooks'
import type { Alert, AlertState } from '../../schema/wire/alert'
import type { Metric } from '../../schema/wire/metric'
import { acknowledgeAlert, listAlerts, resolveAlert } from '../data/alerts'
import { pick, useQuery } from '../data/query'
import { formatAgo, formatMoment } from '../format'
import { Pager } from '../Panel/Pager'
import { Panel } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import { complain, toast } from '../Toasts/Toasts'
import { describeRule, formatValue } from './words'

const LIVE = 'open,acknowledged'
const VIEWS = { [LIVE]: 'Not resolved', resolved: 'Resolved', '': 'All' }
const NOTHING: Record<string, string> = {
  [LIVE]: 'Nothing that you watch is happening.',
  resolved: 'No alert has been resolved.',
  '': 'There has been no alert yet.',
}
const STATES: Record<AlertState, { name: string; color: string }> = {
  open: { name: 'Open', color: 'failed' },
  acknowledged: { name: 'Acknowledged', color: 'in_review' },
  resolved: { name: 'Resolved', color: 'done' },
}

/** The alerts, the newest first: who is about one says so, and who has dealt with one ends it. */
export function AlertList({ metrics }: { metrics: Metric[] }) {
  const [view, setView] = useState({ state: LIVE, page: 1 })
  const answer = useQuery(`alerts ${view.state} ${view.page}`, () => listAlerts(view.state, view.page), true)

  const settle = async (alert: Alert, change: (id: string) => Promise<Alert>) => {
    const { state } = await change(alert.id)
    toast(`${alert.name} is ${STATES[state].name.toLowerCase()}`)
    if (answer.state === 'ready') answer.retry()
  }
  return (
    <>
      <Panel
        title="What happens"
        answer={pick(answer, ({ data }) => data)}
        actions={
          <div class="controls">
            <select
              aria-label="Which alerts"
              value={view.state}
              onChange={({ currentTarget }) => setView({ state: currentTarget.value, page: 1 })}
            >
              {Object.entries(VIEWS).map(([state, name]) => (
                <option key={state} value={state}>
                  {name}
                </option>
              ))}
            </select>
          </div>
        }
        isEmpty={(alerts) => alerts.length === 0}
        empty={<p>{NOTHING[view.state]}</p>}
      >
        {(alerts) => (
          <Scroll name="Alerts">
            <table>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col" class="number minor">
                    Most
                  </th>
                  <th scope="col" class="minor">
                    Since
                  </th>
                  <th scope="col">
                    <span class="unseen">Settle</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {alerts.map((alert) => (
                  <Row
                    key={alert.id}
                    alert={alert}
                    metrics={metrics}
                    onSettle={(change) => void settle(alert, change).catch(complain)}
                  />
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Panel>
      <Pager
        pagination={answer.state === 'ready' ? answer.data.pagination : undefined}
        onPage={(page) => setView({ ...view, page })}
      />
    </>
  )
}

type RowProps = {
  alert: Alert
  metrics: Metric[]
  onSettle: (change: (id: string) => Promise<Alert>) => void
}

const Row = ({ alert, metrics, onSettle }: RowProps) => (
  <tr>
    <th scope="row" class="wide">
      {alert.name}
      <span class="soft small">{describeRule(alert, metrics)}</span>
      <span class={`status ${STATES[alert.state].color}`}>{STATES[alert.state].name}</span>
    </th>
    <td class="number minor" title={`It opened at ${formatValue(alert.metric, alert.value)}`}>
      {formatValue(alert.metric, alert.peak)}
    </td>
    <td class="soft minor" title={formatMoment(alert.openedAt)}>
      {formatAgo(alert.openedAt)}
    </td>
    <td class="settle">
      {alert.state === 'open' && (
        <button
          class="button"
          aria-label={`Acknowledge ${alert.name}`}
          onClick={() => onSettle(acknowledgeAlert)}
        >
          Acknowledge
        </button>
      )}
      {alert.state !== 'resolved' && (
        <button class="button" aria-label={`Resolve ${alert.name}`} onClick={() => onSettle(resolveAlert)}>
          Resolve
        </button>
      )}
    </td>
  </tr>
)
