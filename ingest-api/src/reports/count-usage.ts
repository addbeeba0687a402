import type { Interval, Usage, UsagePoint, UsageTotals } from '../../../schema/wire/api'
import type { ClickHouse } from '../clickhouse'
import { openSources, type ReportHandles, type Sources } from './sources'
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
 * asker's time zone. Sessions and visitors of the whole platform are estimated, within two percent, once it has many.
 * @param question `timezone` is a known IANA zone
 */
export async function countUsage(
  handles: ReportHandles,
  tenant: Tenant,
  question: UsageQuestion,
): Promise<Usage> {
  const { clickhouse, now } = handles
  const before = periodBefore(question, now())
  const sourcesOf = await openSources(handles, tenant)
  const counting = Promise.all([
    countSeries(clickhouse, sourcesOf(question, question.interval === 'minute'), question),
    countTotals(clickhouse, sourcesOf(before)),
  ])
  // Where all counts are few, sets are small, and an estimate that is off by one would be seen.
  const setsOf =
    tenant.whose === 'platform'
      ? counting.then(([series, counts]) =>
          sumOf([...series, counts]) < ESTIMATED_FROM
            ? openSources(handles, tenant, 'usage_quarters')
            : sourcesOf,
        )
      : Promise.resolve(sourcesOf)
  const uniquesIn = async (period: Period) => countUniques(clickhouse, (await setsOf)(period))
  const [[series, counts], uniques, uniquesBefore] = await Promise.all([
    counting,
    uniquesIn(question),
    uniquesIn(before),
  ])
  const totals = { loads: 0, interactions: 0, errors: 0, ...uniques }
  for (const { loads, interactions, errors } of series) {
    totals.loads += loads
    totals.interactions += interactions
    totals.errors += errors
  }
  return { ...question, totals, previous: { ...before, totals: { ...counts, ...uniquesBefore } }, series }
}

/** How many events of the whole platform are read rather than estimated. */
const ESTIMATED_FROM = 200_000

const sumOf = (counts: Counts[]) =>
  counts.reduce((sum, { loads, interactions, errors }) => sum + loads + interactions + errors, 0)

/** As long as the period, or as what has passed of it: a day until noon is held against the day before until noon. */
function periodBefore({ from, to }: Period, now: number): Period {
  const length = to - from
  return { from: from - length, to: from - length + Math.max(0, Math.min(length, now - from)) }
}

function countSeries(
  clickhouse: ClickHouse,
  { quarters, events, params }: Sources,
  { interval, timezone }: UsageQuestion,
): Promise<UsagePoint[]> {
  return clickhouse.query<UsagePoint>(
    `SELECT toUnixTimestamp(bucket) * 1000 AS at, loads, interactions, errors FROM (
       SELECT bucket, ${COUNTS.both} FROM (
         SELECT ${bucketOf('quarter', interval)} AS bucket, ${COUNTS.quarters} FROM ${quarters('FINAL')} GROUP BY bucket
         UNION ALL
         SELECT ${bucketOf('created_at', interval)} AS bucket, ${COUNTS.events} FROM ${events('FINAL')} GROUP BY bucket
       ) GROUP BY bucket
       ORDER BY bucket WITH FILL
         FROM ${bucketOf('fromUnixTimestamp64Milli({from: Int64})', interval)}
         TO toDateTime(fromUnixTimestamp64Milli({to: Int64}), {timezone: String})
         STEP ${STEPS[interval]}
     )`,
    { ...params, timezone },
  )
}

async function countTotals(clickhouse: ClickHouse, { quarters, events, params }: Sources): Promise<Counts> {
  const [counts] = await clickhouse.query<Counts>(
    `SELECT ${COUNTS.both} FROM (
       SELECT ${COUNTS.quarters} FROM ${quarters('FINAL')} UNION ALL SELECT ${COUNTS.events} FROM ${events('FINAL')})`,
    params,
  )
  return counts!
}

async function countUniques(
  clickhouse: ClickHouse,
  { quarters, events, sets, session, params }: Sources,
): Promise<Uniques> {
  const [uniques] = await clickhouse.query<Uniques>(
    `SELECT toFloat64(${sets('Merge')}(sessions)) AS sessions, toFloat64(${sets('Merge')}(visitors)) AS visitors FROM (
       SELECT ${sets('MergeState')}(sessions) AS sessions, ${sets('MergeState')}(visitors) AS visitors FROM ${quarters('')}
       UNION ALL
       SELECT ${sets('State')}(${session}), ${sets('State')}(visitor) FROM ${events('')})`,
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
