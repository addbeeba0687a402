import type { Interval, Usage, UsageTotals } from '../../../schema/wire/api'
import { QUARTER_MS } from '../usage/sealed-until'
import { openSources, type ReportHandles } from './sources'
import { toEach, type OfTenant, type Period, type Tenant } from './tenant'

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
  const [usage] = await countUsageOfEach(handles, [tenant], question)
  const { totals, previous } = usage!
  // Where all counts are few, sets are small, and an estimate that is off by one would be seen.
  if (tenant.whose !== 'platform' || sumOf(totals) + sumOf(previous.totals) >= ESTIMATED_FROM) return usage!
  const [exact] = await countUsageOfEach(handles, [tenant], question, 'usage_quarters')
  return {
    ...usage!,
    totals: { ...exact!.totals, ...pickCounts(totals) },
    previous: { ...previous, totals: { ...exact!.previous.totals, ...pickCounts(previous.totals) } },
  }
}

/** The same for several tenants at once; the platform asks alone. */
export async function countUsageOfEach(
  handles: ReportHandles,
  tenants: Tenant[],
  question: UsageQuestion,
  table?: 'usage_quarters',
): Promise<Usage[]> {
  const before = periodBefore(question, handles.now())
  const [buckets, each] = await Promise.all([
    listBuckets(handles, question),
    countPeriods(handles, tenants, question, before, table),
  ])
  return each.map(({ totals, previous, series }) => ({
    ...question,
    totals,
    previous: { ...before, totals: previous },
    series: buckets.map((at) => ({ at, ...(series.get(at) ?? NO_COUNTS) })),
  }))
}

const NO_COUNTS: Counts = { loads: 0, interactions: 0, errors: 0 }

/** How many events of the whole platform are read rather than estimated. */
const ESTIMATED_FROM = 200_000

const sumOf = ({ loads, interactions, errors }: Counts) => loads + interactions + errors
const pickCounts = ({ loads, interactions, errors }: Counts): Counts => ({ loads, interactions, errors })

/** From here on, half a day, an eighth of an hour more or less changes a comparison by no more than two percent. */
const LONG_MS = 48 * QUARTER_MS

/**
 * As long as the period, or as what has passed of it: a day until noon is held against the day before until noon. Where
 * that is long it ends with a whole quarter of an hour, because quarters are counted already.
 */
export function periodBefore({ from, to }: Period, now: number): Period {
  const length = to - from
  const before = from - length
  const end = before + Math.max(0, Math.min(length, now - from))
  return { from: before, to: end - before < LONG_MS ? end : end - (end % QUARTER_MS) }
}

type Uniques = Pick<UsageTotals, 'sessions' | 'visitors'>
type Row = OfTenant &
  Counts &
  Partial<Uniques> & {
    isBefore: number
    cells: [at: number, loads: number, interactions: number, errors: number][]
  }

/** When a bucket begins, epoch ms, and its counts in one of the sources. */
const CELLS = `groupArray((toFloat64(toUnixTimestamp(bucket)) * 1000, toFloat64(found.loads), toFloat64(found.interactions),
  toFloat64(found.errors))) AS cells`

/**
 * Both periods and the buckets of the first in one question, because planning one costs more than small answers do.
 * The counts of the buckets are gathered beside the totals, so that sets are merged for those only. The platform's sets
 * are large, so they are asked for apart.
 */
async function countPeriods(
  handles: ReportHandles,
  tenants: Tenant[],
  { from, to, interval, timezone }: UsageQuestion,
  before: Period,
  table?: 'usage_quarters',
): Promise<{ totals: UsageTotals; previous: UsageTotals; series: Map<number, Counts> }[]> {
  const { read, sets, session, tenant, params } = await openSources(handles, tenants, {
    periods: [{ from, to }, before],
    ...(table && { table }),
    isFine: interval === 'minute',
  })
  const isBefore = (time: string) => `${time} < fromUnixTimestamp64Milli({start: Int64}) AS isBefore`
  const place = (time: string) =>
    `${isBefore(time)}, if(isBefore, toDateTime(0, {timezone: String}), ${bucketOf(time, interval)}) AS bucket`
  const merged = `${sets('MergeState')}(sessions) AS sessionSet, ${sets('MergeState')}(visitors) AS visitorSet`
  const made = `${sets('State')}(${session}) AS sessionSet, ${sets('State')}(visitor) AS visitorSet`
  const uniques = `toFloat64(${sets('Merge')}(sessionSet)) AS sessions, toFloat64(${sets('Merge')}(visitorSet)) AS visitors`
  const hasLargeSets = tenants[0]?.whose === 'platform' && !table
  const also = (more: string) => (hasLargeSets ? '' : `, ${more}`)
  const all = { ...params, start: from, timezone }
  const columns = {
    quarters: `${tenant} AS tenant, ${place('quarter')}, ${COUNTS.quarters} ${also(merged)}`,
    events: `${tenant} AS tenant, ${place('created_at')}, ${COUNTS.events} ${also(made)}`,
  }
  const [rows, apart] = await Promise.all([
    handles.clickhouse.query<Row>(
      `SELECT tenant, isBefore, ${CELLS}, ${COUNTS.both} ${also(uniques)}
       FROM (${read(columns, 'tenant, isBefore, bucket')}) AS found GROUP BY tenant, isBefore`,
      all,
    ),
    hasLargeSets
      ? handles.clickhouse.query<Uniques & { isBefore: number }>(
          `SELECT isBefore, ${uniques} FROM (${read(
            {
              quarters: `${isBefore('quarter')}, ${merged}`,
              days: `${isBefore('day')}, ${merged}`,
              events: `${isBefore('created_at')}, ${made}`,
            },
            'isBefore',
            '',
          )}) GROUP BY isBefore`,
          all,
        )
      : [],
  ])
  return toEach(tenants, rows).map((own) => {
    const totalsOf = (wanted: number): UsageTotals => {
      const total = own.find((row) => row.isBefore === wanted)
      const uniques = apart.find((row) => row.isBefore === wanted) ?? total
      const { sessions = 0, visitors = 0 } = uniques ?? {}
      return { ...pickCounts(total ?? NO_COUNTS), sessions, visitors }
    }
    const series = new Map<number, Counts>()
    for (const [at, loads, interactions, errors] of own.find((row) => !row.isBefore)?.cells ?? []) {
      // A bucket may lie partly in the quarters and partly in the events.
      const other = series.get(at) ?? NO_COUNTS
      series.set(at, {
        loads: other.loads + loads,
        interactions: other.interactions + interactions,
        errors: other.errors + errors,
      })
    }
    return { totals: totalsOf(0), previous: totalsOf(1), series }
  })
}

/** Where the buckets of a series begin, epoch ms. It is everybody's, so it is asked once. */
export function listBuckets(
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
export const bucketOf = (time: string, interval: Interval) =>
  `toDateTime(toStartOfInterval(${time}, ${STEPS[interval]}, {timezone: String}), {timezone: String})`
