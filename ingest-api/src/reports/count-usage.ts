import type { Interval, Usage, UsageTotals } from '../../../schema/wire/api'
import { openSources, type ReportHandles } from './sources'
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
  const before = periodBefore(question, handles.now())
  const [buckets, counted] = await Promise.all([
    listBuckets(handles, question),
    countPeriods(handles, tenant, question, before),
  ])
  // Where all counts are few, sets are small, and an estimate that is off by one would be seen.
  if (tenant.whose === 'platform' && sumOf(counted.totals) + sumOf(counted.previous) < ESTIMATED_FROM) {
    const exact = await countPeriods(handles, tenant, question, before, 'usage_quarters')
    counted.totals = { ...exact.totals, ...pickCounts(counted.totals) }
    counted.previous = { ...exact.previous, ...pickCounts(counted.previous) }
  }
  return {
    ...question,
    totals: counted.totals,
    previous: { ...before, totals: counted.previous },
    series: buckets.map((at) => ({ at, ...(counted.series.get(at) ?? NO_COUNTS) })),
  }
}

const NO_COUNTS: Counts = { loads: 0, interactions: 0, errors: 0 }
const NOTHING: UsageTotals = { ...NO_COUNTS, sessions: 0, visitors: 0 }

/** How many events of the whole platform are read rather than estimated. */
const ESTIMATED_FROM = 200_000

const sumOf = ({ loads, interactions, errors }: Counts) => loads + interactions + errors
const pickCounts = ({ loads, interactions, errors }: Counts): Counts => ({ loads, interactions, errors })

/** As long as the period, or as what has passed of it: a day until noon is held against the day before until noon. */
function periodBefore({ from, to }: Period, now: number): Period {
  const length = to - from
  return { from: from - length, to: from - length + Math.max(0, Math.min(length, now - from)) }
}

type Row = UsageTotals & { isBefore: number; isTotal: number; at: number }

/** Both periods and the buckets of the first in one question, because planning one costs more than small answers do. */
async function countPeriods(
  handles: ReportHandles,
  tenant: Tenant,
  { from, to, interval, timezone }: UsageQuestion,
  before: Period,
  table?: 'usage_quarters',
): Promise<{ totals: UsageTotals; previous: UsageTotals; series: Map<number, Counts> }> {
  const { read, sets, session, params } = await openSources(handles, tenant, {
    periods: [{ from, to }, before],
    ...(table && { table }),
    isFine: interval === 'minute',
  })
  const place = (time: string) => `${time} < fromUnixTimestamp64Milli({start: Int64}) AS isBefore,
    if(isBefore, toDateTime(0, {timezone: String}), ${bucketOf(time, interval)}) AS bucket`
  const columns = {
    quarters: `${place('quarter')}, ${COUNTS.quarters}, ${sets('MergeState')}(sessions) AS sessionSet,
      ${sets('MergeState')}(visitors) AS visitorSet`,
    events: `${place('created_at')}, ${COUNTS.events}, ${sets('State')}(${session}) AS sessionSet,
      ${sets('State')}(visitor) AS visitorSet`,
  }
  const rows = await handles.clickhouse.query<Row>(
    `SELECT isBefore, grouping(bucket) AS isTotal, toUnixTimestamp(bucket) * 1000 AS at, ${COUNTS.both},
       toFloat64(${sets('Merge')}(sessionSet)) AS sessions, toFloat64(${sets('Merge')}(visitorSet)) AS visitors
     FROM (${read(columns, 'isBefore, bucket')}) GROUP BY GROUPING SETS ((isBefore, bucket), (isBefore))`,
    { ...params, start: from, timezone },
  )
  const totalsOf = (wanted: boolean): UsageTotals => {
    const row = rows.find(({ isTotal, isBefore }) => isTotal && Boolean(isBefore) === wanted)
    return row ? { ...pickCounts(row), sessions: row.sessions, visitors: row.visitors } : NOTHING
  }
  return {
    totals: totalsOf(false),
    previous: totalsOf(true),
    series: new Map(
      rows
        .filter(({ isTotal, isBefore }) => !isTotal && !isBefore)
        .map((row) => [Number(row.at), pickCounts(row)]),
    ),
  }
}

/** Where the buckets of a series begin, epoch ms. It is everybody's, so it is asked once. */
function listBuckets(
  { clickhouse, caches, now }: ReportHandles,
  { from, to, interval, timezone }: UsageQuestion,
): Promise<number[]> {
  return caches.buckets.get(`${from} ${to} ${interval} ${timezone}`, now(), async () => {
    const rows = await clickhouse.query<{ at: number }>(
      `SELECT toUnixTimestamp(bucket) * 1000 AS at FROM (
         SELECT ${bucketOf('fromUnixTimestamp64Milli({from: Int64})', interval)} AS bucket
         ORDER BY bucket WITH FILL
           TO toDateTime(fromUnixTimestamp64Milli({to: Int64}), {timezone: String}) STEP ${STEPS[interval]})`,
      { from, to, timezone },
    )
    return rows.map(({ at }) => Number(at))
  })
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
