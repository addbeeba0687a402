import type { Usage } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { Figure, Figures } from '../Figure/Figure'
import { formatBucket, formatNumber } from '../format'
import { Panel } from '../Panel/Panel'
import { RangePicker } from './RangePicker'
import { UsageChart } from './UsageChart'
import './Usage.css'

/** How much was used: totals, their course over time, and the same as a table. */
export const UsageAnalytics = ({ usage }: { usage: Answer<Usage> }) => (
  <Panel title="Usage" answer={usage} actions={<RangePicker />} lines={10}>
    {(usage) => (
      // Another range is another question: its numbers did not change, so none of them glows.
      <div key={`${usage.interval} ${usage.series.length}`}>
        <Figures>
          <Figure label="Loads" marker="loads" value={formatNumber(usage.totals.loads)} />
          <Figure
            label="Interactions"
            marker="interactions"
            value={formatNumber(usage.totals.interactions)}
          />
          <Figure label="Errors" marker="errors" value={formatNumber(usage.totals.errors)} />
          <Figure label="Sessions" value={formatNumber(usage.totals.sessions)} />
          <Figure label="Visitors" value={formatNumber(usage.totals.visitors)} />
        </Figures>
        {usage.totals.loads + usage.totals.interactions + usage.totals.errors > 0 ? (
          <>
            <UsageChart usage={usage} />
            <UsageTable usage={usage} />
          </>
        ) : (
          <p class="chart quiet">Nothing happened in this time. New events show here within seconds.</p>
        )}
      </div>
    )}
  </Panel>
)

const UsageTable = ({ usage }: { usage: Usage }) => (
  <details class="numbers">
    <summary>Show the numbers</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" class="number">
              Loads
            </th>
            <th scope="col" class="number">
              Interactions
            </th>
            <th scope="col" class="number">
              Errors
            </th>
          </tr>
        </thead>
        <tbody>
          {usage.series.toReversed().map((point) => (
            <tr key={point.at}>
              <th scope="row">{formatBucket(point.at, usage.interval)}</th>
              <td class="number">{formatNumber(point.loads)}</td>
              <td class="number">{formatNumber(point.interactions)}</td>
              <td class="number">{formatNumber(point.errors)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
)
