import type { Forecast } from '../../schema/wire/analytics'
import type { Usage, UsageTotals } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { Figure, Figures } from '../Figure/Figure'
import { formatBucket, formatChange, formatExpected, formatNumber, formatShare } from '../format'
import { Panel } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import { aheadOf, type Ahead } from './ahead'
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

type Props = { usage: Answer<Usage>; forecast?: Answer<Forecast> }

/** How much was used: totals, their course over time, what to expect, and the same as a table. */
export const UsageAnalytics = ({ usage, forecast }: Props) => (
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
        {isAnything(usage.totals) ? (
          <Course usage={usage} ahead={aheadOf(usage, forecast)} />
        ) : (
          <>
            <p class="against">{describePrevious(usage)}</p>
            <p class="chart quiet">Nothing happened in this time. New events show here within seconds.</p>
          </>
        )}
      </div>
    )}
  </Panel>
)

type CourseProps = { usage: Usage; ahead: Ahead }

const Course = ({ usage, ahead }: CourseProps) => (
  <>
    <p class="against">
      {describePrevious(usage)}
      {ahead.points.length > 0 &&
        ` Dashed: the loads to expect, in 80 of 100 cases within the band. In the past it was off by ${formatShare(ahead.offBy)}.`}
    </p>
    <UsageChart usage={usage} ahead={ahead.points} />
    <UsageTable usage={usage} ahead={ahead} />
  </>
)

const UsageTable = ({ usage, ahead }: CourseProps) => (
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
          {ahead.points.toReversed().map((point) => (
            <tr key={`${point.at} expected`}>
              <th scope="row">{formatBucket(point.at, usage.interval)}, expected</th>
              <td class="number">{formatExpected(point)}</td>
              <td />
              <td />
            </tr>
          ))}
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
