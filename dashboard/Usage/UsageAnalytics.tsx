import type { Usage, UsageTotals } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { Figure, Figures } from '../Figure/Figure'
import { formatBucket, formatChange, formatNumber } from '../format'
import { Panel } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import { RangePicker } from './RangePicker'
import { UsageChart } from './UsageChart'
import './Usage.css'

const FIGURES: { name: keyof UsageTotals; label: string; isDrawn: boolean }[] = [
  { name: 'loads', label: 'Loads', isDrawn: true },
  { name: 'interactions', label: 'Interactions', isDrawn: true },
  { name: 'errors', label: 'Errors', isDrawn: true },
  { name: 'sessions', label: 'Sessions', isDrawn: false },
  { name: 'visitors', label: 'Visitors', isDrawn: false },
]

const isAnything = ({ loads, interactions, errors }: UsageTotals) => loads + interactions + errors > 0

const changeOf = ({ totals, previous }: Usage, name: keyof UsageTotals) =>
  formatChange(totals[name], previous.totals[name])

/** What the changes are against; a period that is still running is held against as much of the one before. */
function describePrevious({ from, to, previous }: Usage): string {
  const hours = Math.round((to - from) / 3_600_000)
  const before = hours > 24 ? `${Math.round(hours / 24)} days before` : `${hours} hours before`
  if (!isAnything(previous.totals)) return `Nothing happened in the ${before} to compare with.`
  const isRunning = previous.to - previous.from < to - from
  return `Compared with the ${before}${isRunning ? ', up to the same time' : ''}.`
}

/** How much was used: totals, their course over time, and the same as a table. */
export const UsageAnalytics = ({ usage }: { usage: Answer<Usage> }) => (
  <Panel title="Usage" answer={usage} actions={<RangePicker />} lines={10}>
    {(usage) => (
      // Another range is another question: its numbers did not change, so none of them glows.
      <div key={`${usage.interval} ${usage.series.length}`}>
        <Figures>
          {FIGURES.map(({ name, label, isDrawn }) => (
            <Figure
              key={name}
              label={label}
              {...(isDrawn && { marker: name })}
              value={formatNumber(usage.totals[name])}
              note={isAnything(usage.previous.totals) ? changeOf(usage, name) : undefined}
            />
          ))}
        </Figures>
        <p class="against">{describePrevious(usage)}</p>
        {isAnything(usage.totals) ? (
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
    <Scroll name="The numbers">
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
    </Scroll>
  </details>
)
