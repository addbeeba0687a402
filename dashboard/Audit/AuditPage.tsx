import { useState } from 'preact/hooks'
import type { AuditEntry } from '../../schema/wire/admin'
import { listAudit, type View } from '../data/admin'
import { pick, useQuery } from '../data/query'
import { formatMoment, PERSONA_NAMES } from '../format'
import { Pager } from '../Panel/Pager'
import { Panel } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import { isPersona } from '../../schema/wire/permission'
import { AuditFilters } from './AuditFilters'
import { Changes } from './Changes'
import { Seal } from './Seal'
import './Audit.css'

/** Who did what to which thing, the newest first, and whether nobody touched the record of it. */
export function AuditPage() {
  const [view, setView] = useState<View>({ page: '1' })
  const answer = useQuery(`admin audit ${JSON.stringify(view)}`, () => listAudit(view))
  return (
    <>
      <div class="title">
        <div>
          <h1>Audit log</h1>
          <p>Every change that anybody made, in an order that nobody can rewrite unseen.</p>
        </div>
      </div>
      <Seal />
      <Panel
        title="Changes"
        class="audit"
        answer={pick(answer, ({ data }) => data)}
        actions={<AuditFilters onView={(filters) => setView({ page: '1', ...filters })} />}
        lines={8}
        isEmpty={(entries) => entries.length === 0}
        empty={<p>Nothing of the kind has happened.</p>}
      >
        {(entries) => (
          <Scroll name="What was done">
            <table>
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Who</th>
                  <th scope="col">What</th>
                  <th scope="col">Before and after</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <Row key={entry.id} entry={entry} />
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Panel>
      <Pager
        pagination={answer.state === 'ready' ? answer.data.pagination : undefined}
        onPage={(page) => setView({ ...view, page: String(page) })}
      />
    </>
  )
}

const Row = ({ entry }: { entry: AuditEntry }) => (
  <tr>
    <td class="soft" title={`Row ${entry.id}, request ${entry.requestId ?? 'unknown'}`}>
      {formatMoment(entry.at)}
    </td>
    <td title={entry.actor?.id}>
      {entry.actor ? (entry.actor.name ?? entry.actor.id) : 'The platform'}
      {isPersona(entry.actor?.persona) && (
        <span class="soft small">{PERSONA_NAMES[entry.actor.persona]}</span>
      )}
      {entry.key && (
        <span class="soft small" title={entry.key.id}>
          by the key {entry.key.name ?? entry.key.id}
        </span>
      )}
    </td>
    <td>
      <code>{entry.action}</code>
      <span class="soft small">
        {entry.resource.type} {entry.resource.id}
      </span>
    </td>
    <td class="changes">
      <Changes before={entry.before} after={entry.after} />
    </td>
  </tr>
)
