import type { IngestReport } from '../../schema/wire/api'
import { getIngestReport } from '../data/api'
import { useQuery } from '../data/query'
import { range } from '../data/range'
import { Figure, Figures } from '../Figure/Figure'
import { formatNumber } from '../format'
import { Panel } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'

/** What became of every event that arrived, and why some were refused: it adds up to the unit. */
export function EventAccounting({ builderId }: { builderId: string }) {
  const name = range.value
  const report = useQuery(
    `builders/${builderId}/ingest ${name}`,
    () => getIngestReport(builderId, name),
    true,
  )
  return (
    <Panel
      title="Events received"
      class="full"
      answer={report}
      isEmpty={({ totals }) => totals.received === 0}
      empty={<p>No events arrived in this time.</p>}
    >
      {({ totals, refusals }) => (
        <>
          <Figures>
            <Figure label="Received" value={formatNumber(totals.received)} />
            <Figure label="Stored" value={formatNumber(totals.stored)} />
            <Figure label="Sent again" value={formatNumber(totals.duplicates)} />
            <Figure label="Refused" value={formatNumber(totals.refused)} />
            <Figure label="Quarantined" value={formatNumber(totals.quarantined)} />
          </Figures>
          {refusals.length > 0 && <Refusals refusals={refusals} />}
        </>
      )}
    </Panel>
  )
}

const Refusals = ({ refusals }: { refusals: IngestReport['refusals'] }) => (
  <details class="numbers">
    <summary>Why events were refused</summary>
    <Scroll name="What was refused">
      <table>
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Day</th>
            <th scope="col" class="number">
              Events
            </th>
            <th scope="col" class="minor">
              Example
            </th>
          </tr>
        </thead>
        <tbody>
          {refusals.map((each) => (
            <tr key={`${each.implementationId} ${each.day} ${each.reason}`}>
              <th scope="row">{each.message}</th>
              <td>{each.day}</td>
              <td class="number">{formatNumber(each.events)}</td>
              <td class="minor">
                <code>{each.example.slice(0, 120)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  </details>
)
