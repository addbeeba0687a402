import { OrielError } from '../../../schema/wire/error'
import { metricsOf } from '../../../schema/wire/metric'
import type { ReportRun } from '../../../schema/wire/report'
import type { Actor } from '../accounts/actor'
import { measureEach } from '../analytics/measure'
import { findKnowledge } from '../analyses/known-to'
import { narrowingOf } from '../dashboards/get-series'
import type { Handles } from '../handles'
import { toCsvLine } from '../privacy/csv'
import type { ReportRow } from './saved-reports'
import { lastPeriod } from './periods'

type Needs = Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>

/**
 * What a report came to in the last whole period that was over at a time (epoch ms), and in the period before it.
 * @param platform knows what every spool still holds
 * @throws OrielError PERMISSION_ERROR when the actor may not see one of its metrics; RESOURCE_NOT_FOUND when what it is
 * narrowed to is not the actor's any more
 */
export async function runReport(
  handles: Needs,
  platform: Pick<Handles, 'db' | 'clickhouse' | 'now'>,
  actor: Pick<Actor, 'userId' | 'persona' | 'permissions'>,
  report: ReportRow,
  at: number,
): Promise<ReportRun> {
  const { id, name, metrics, timezone } = report
  const seen = metricsOf(actor)
  const shown = metrics.map((metric) => {
    const found = seen.find((one) => one.id === metric)
    if (!found) throw new OrielError('PERMISSION_ERROR', `You may not see the metric ${metric}.`)
    return { name: found.name, unit: found.unit }
  })
  const period = lastPeriod(report, at)
  const earlier = lastPeriod(report, period.from)
  const interval = report.period === 'day' ? 'hour' : 'day'
  const ask = { interval, timezone, ...narrowingOf(report) } as const
  const [now, before, { to: knownTo }] = await Promise.all([
    measureEach(handles, actor, metrics, { ...period, ...ask }),
    measureEach(handles, actor, metrics, { ...earlier, ...ask }),
    findKnowledge(platform),
  ])
  const rows = now.map((measured, place) => {
    const { value } = measured
    const previous = before[place]!.value
    const change = value === null || !previous ? null : (value - previous) / Math.abs(previous)
    return { ...measured, ...shown[place]!, previous, change }
  })
  return { id, name, ...period, timezone, interval, isComplete: knownTo >= period.to, rows }
}

const COLUMNS = [
  'report',
  'from',
  'to',
  'timezone',
  'metric',
  'name',
  'value',
  'previous',
  'change',
  'currency',
]

/** The same as CSV (RFC 4180), a line for each metric; times are ISO 8601 in UTC, money is minor units. */
export const reportToCsv = ({ name: report, from, to, timezone, rows }: ReportRun): string =>
  [
    toCsvLine(COLUMNS),
    ...rows.map(({ metric, name, value, previous, change, currency = null }) =>
      toCsvLine([report, toIso(from), toIso(to), timezone, metric, name, value, previous, change, currency]),
    ),
  ].join('')

const toIso = (at: number) => new Date(at).toISOString()
