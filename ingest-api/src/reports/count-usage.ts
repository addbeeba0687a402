import type { Interval, Usage, UsagePoint, UsageTotals } from '../../../schema/wire/api'
import { sourcesOf, type ReportHandles } from './sources'
import type { Period, Tenant } from './tenant'

export type UsageQuestion = Period & { interval: Interval; timezone: string }

/** Counts of events, and of rows that were counted before. */
export const COUNTS = {
  events: `countIf(event_type = 'load') AS loads, countIf(event_type = 'interaction') AS interactions,
    countIf(event_type = 'error') AS errors`,
  quarters: 'sum(loads) AS loads, sum(interactions) AS interactions, sum(errors) AS errors',
  both: `toFloat64(sum(loads)) AS loads, toFloat64(sum(interactions)) AS interactions, toFloat64(sum(errors)) AS errors`,
}

type Counts = Pick<UsageTotals, 'loads' | 'interactions' | 'errors'>
type Uniques = Pick<UsageTotals, 'sessions' | 'visitors'>

/**
 * Usage of a tenant: totals, the totals of the same length of time before, and a series whose buckets are cut in the
 * asker's time zone. For the whole platform sessions and visitors are estimated, within two percent.
 * @param question `timezone` is a known IANA zone
 */
export async function countUsage(
  handles: ReportHandles,
  tenant: Tenant,
  question: UsageQuestion,
): Promise<Usage> {
  const before = periodBefore(question, handles.now())
  const [series, uniques, counts, uniquesBefore] = await Promise.all([
    countSeries(handles, tenant, question),
    countUniques(handles, tenant, question),
    countTotals(handles, tenant, before),
    countUniques(handles, tenant, before),
  ])
  const totals = { loads: 0, interactions: 0, errors: 0, ...uniques }
  for (const { loads, interactions, errors } of series) {
    totals.loads += loads
    totals.interactions += interactions
    totals.errors += errors
  }
  return { ...question, totals, previous: { ...before, totals: { ...counts, ...uniquesBefore } }, series }
}

/** As long as the period, or as what has passed of it: a day until noon is held against the day before until noon. */
function periodBefore({ from, to }: Period, now: number): Period {
  const length = to - from
  return { from: from - length, to: from - length + Math.max(0, Math.min(length, now - from)) }
}

async function countSeries(
  handles: ReportHandles,
  tenant: Tenant,
  question: UsageQuestion,
): Promise<UsagePoint[]> {
  const { interval, timezone } = question
  const { quarters, events, params } = await sourcesOf(
    handles,
    tenant,
    question,
    interval === 'minute' ? 'events' : undefined,
  )
  return handles.clickhouse.query<UsagePoint>(
    `SELECT toUnixTimestamp(bucket) * 1000 AS at, loads, interactions, errors FROM (
       SELECT bucket, ${COUNTS.both} FROM (
         SELECT ${bucketOf('quarter', interval)} AS bucket, ${COUNTS.quarters} FROM ${quarters('FINAL')} GROUP BY bucket
         UNION ALL
         SELECT ${bucketOf('created_at', interval)} AS bucket, ${COUNTS.events} FROM ${events} GROUP BY bucket
       ) GROUP BY bucket
       ORDER BY bucket WITH FILL
         FROM ${bucketOf('fromUnixTimestamp64Milli({from: Int64})', interval)}
         TO toDateTime(fromUnixTimestamp64Milli({to: Int64}), {timezone: String})
         STEP ${STEPS[interval]}
     )`,
    { ...params, timezone },
  )
}

async function countTotals(handles: ReportHandles, tenant: Tenant, period: Period): Promise<Counts> {
  const { quarters, events, params } = await sourcesOf(handles, tenant, period)
  const [counts] = await handles.clickhouse.query<Counts>(
    `SELECT ${COUNTS.both} FROM (
       SELECT ${COUNTS.quarters} FROM ${quarters('FINAL')} UNION ALL SELECT ${COUNTS.events} FROM ${events})`,
    params,
  )
  return counts!
}

/** A set does not mind meeting a row twice, so it need not pay for FINAL where rows are many. */
async function countUniques(handles: ReportHandles, tenant: Tenant, period: Period): Promise<Uniques> {
  const { quarters, events, sets, session, params } = await sourcesOf(handles, tenant, period)
  const [uniques] = await handles.clickhouse.query<Uniques>(
    `SELECT toFloat64(${sets('Merge')}(sessions)) AS sessions, toFloat64(${sets('Merge')}(visitors)) AS visitors FROM (
       SELECT ${sets('MergeState')}(sessions) AS sessions, ${sets('MergeState')}(visitors) AS visitors FROM ${quarters('')}
       UNION ALL
       SELECT ${sets('State')}(${session}), ${sets('State')}(visitor) FROM ${events})`,
    params,
  )
  return uniques!
}

const STEPS: Record<Interval, string> = {
  minute: 'INTERVAL 1 MINUTE',
  hour: 'INTERVAL 1 HOUR',
  day: 'INTERVAL 1 DAY',
  week: 'INTERVAL 1 WEEK',
  month: 'INTERVAL 1 MONTH',
}

/** The start of a time's bucket as a DateTime of the asker's zone; weeks start on Monday. */
const bucketOf = (time: string, interval: Interval) =>
  `toDateTime(toStartOfInterval(${time}, ${STEPS[interval]}, {timezone: String}), {timezone: String})`
