import { useState } from 'preact/hooks'
import type { AlertRule } from '../../schema/wire/alert'
import type { User } from '../../schema/wire/api'
import type { Metric } from '../../schema/wire/metric'
import { deleteRule, listRules, updateRule } from '../data/alerts'
import { pick, useQuery } from '../data/query'
import { formatAgo, formatMoment } from '../format'
import { Pager } from '../Panel/Pager'
import { Panel } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import { complain, toast } from '../Toasts/Toasts'
import { RuleDialog } from './RuleDialog'
import { describeRule, formatValue } from './words'

/** What somebody watches: added, changed, switched off and on, and deleted. */
export function RuleList({ user, metrics }: { user: User; metrics: Metric[] }) {
  const [page, setPage] = useState(1)
  const [edited, setEdited] = useState<AlertRule | 'new'>()
  const answer = useQuery(`alert rules ${page}`, () => listRules(page), true)
  const refresh = () => answer.state === 'ready' && answer.retry()

  const attempt = (work: Promise<unknown>, words: string) =>
    void work
      .then(() => {
        toast(words)
        refresh()
      })
      .catch(complain)
  const add = (
    <button class="button" onClick={() => setEdited('new')}>
      Watch something
    </button>
  )
  return (
    <>
      <Panel
        title="What you watch"
        answer={pick(answer, ({ data }) => data)}
        actions={add}
        isEmpty={(rules) => rules.length === 0}
        empty={<p>You watch nothing yet. Begin with errors: you hear of them before anybody complains.</p>}
      >
        {(rules) => (
          <Scroll name="What you watch">
            <table>
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col" class="number minor">
                    Now
                  </th>
                  <th scope="col">
                    <span class="unseen">Change</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rules.map((rule) => (
                  <tr key={rule.id}>
                    <th scope="row" class="wide">
                      {rule.name}
                      <span class="soft small">{describeRule(rule, metrics)}</span>
                      {rule.offReason !== null && <span class="soft small">{rule.offReason}</span>}
                      <State rule={rule} />
                    </th>
                    <td
                      class="number minor"
                      title={rule.knownTo === null ? undefined : `Until ${formatMoment(rule.knownTo)}`}
                    >
                      {rule.value === null ? '–' : formatValue(rule.metric, rule.value)}
                    </td>
                    <td class="settle">
                      <button class="button" aria-label={`Edit ${rule.name}`} onClick={() => setEdited(rule)}>
                        Edit
                      </button>
                      <button
                        class="button"
                        aria-label={`Switch ${rule.enabled ? 'off' : 'on'} ${rule.name}`}
                        onClick={() =>
                          attempt(
                            updateRule(rule.id, { enabled: !rule.enabled }),
                            `${rule.name} is switched ${rule.enabled ? 'off' : 'on'}`,
                          )
                        }
                      >
                        {rule.enabled ? 'Switch off' : 'Switch on'}
                      </button>
                      <button
                        class="button danger"
                        aria-label={`Delete ${rule.name}`}
                        onClick={() => attempt(deleteRule(rule.id), `${rule.name} is watched no more`)}
                      >
                        Delete
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Panel>
      <Pager pagination={answer.state === 'ready' ? answer.data.pagination : undefined} onPage={setPage} />
      {edited && (
        <RuleDialog
          user={user}
          metrics={metrics}
          rule={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSaved={({ name }) => {
            setEdited(undefined)
            toast(`${name} is watched`)
            refresh()
          }}
        />
      )}
    </>
  )
}

function State({ rule }: { rule: AlertRule }) {
  if (!rule.enabled) return <span class="status">Off</span>
  if (rule.alertId !== null) return <span class="status failed">Happens</span>
  if (rule.unknownSince !== null)
    return (
      <span class="status in_review" title={formatMoment(rule.unknownSince)}>
        Unknown since {formatAgo(rule.unknownSince)}
      </span>
    )
  return <span class="status done">Watched</span>
}
