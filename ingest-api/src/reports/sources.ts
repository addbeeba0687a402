import type { Handles } from '../handles'
import { LATENESS_MS, QUARTER_MS, sealedUntil } from '../usage/sealed-until'
import { whereTenants, type Period, type Tenant } from './tenant'

/** What a report needs: the clock and the caches say whether the platform's rollup is fresh. */
export type ReportHandles = Pick<Handles, 'clickhouse' | 'now' | 'caches'>

export type Question = {
  /** None may begin or end within another. */
  periods: Period[]
  /** Where what was counted before is read. */
  table?: 'platform_quarters' | 'usage_quarters'
  /** For minutes, which no quarter can answer. */
  isFine?: boolean
}

/**
 * Where the usage of some periods is read: whole quarters that were counted before from their table, the rest, which
 * is at most the last two days and the ends of a period that begins or ends within a quarter, from the events
 * themselves. Together they are the events of the periods, each id once.
 */
export type Sources = {
  /**
   * The rows of both as one: what is selected from each, and by what it is grouped. A source that holds nothing of the
   * periods is left out, because planning a question costs more than answering it. `FINAL` keeps rows from being met
   * twice; sets do not mind, and large ones are better read without.
   */
  read(columns: { quarters: string; events: string }, groupBy: string, final?: 'FINAL' | ''): string
  /** Whose of the tenants a row is, as in `whereTenants`. */
  tenant: string
  /** The name of the function that makes sets of sessions and visitors, with a suffix such as `Merge`. */
  sets: (suffix: string) => string
  /** What a session is known by in those sets. */
  session: string
  params: Record<string, unknown>
}

/** How old the platform's rollup may be before its hours that are not sealed are counted from the events instead. */
const FRESH_MS = 5_000

export async function openSources(
  handles: ReportHandles,
  tenants: Tenant[],
  {
    periods,
    table = tenants[0]?.whose === 'platform' ? 'platform_quarters' : 'usage_quarters',
    isFine = false,
  }: Question,
): Promise<Sources> {
  const until = isFine ? 0 : await countedUntil(handles, table, periods)
  const { condition, params, tenant } = whereTenants(tenants)
  const isWhole = table === 'platform_quarters'
  const cuts = periods
    .filter(({ from, to }) => from < to)
    .map(({ from, to }) => {
      const quarterFrom = Math.ceil(from / QUARTER_MS) * QUARTER_MS
      const quarterTo = Math.max(quarterFrom, Math.min(Math.floor(to / QUARTER_MS) * QUARTER_MS, until))
      return { from, to, quarterFrom, quarterTo }
    })
  const time = (name: string, index: number) => `fromUnixTimestamp64Milli({${name}${index}: Int64})`
  const within = (column: string, from: string, to: string) => (index: number) =>
    `(${column} >= ${time(from, index)} AND ${column} < ${time(to, index)})`
  const any = (condition: (index: number) => string) =>
    cuts.length > 0 ? `(${cuts.map((_, index) => condition(index)).join(' OR ')})` : '0'
  const inQuarters = within('quarter', 'quarterFrom', 'quarterTo')
  const inPeriod = within('created_at', 'from', 'to')
  const inCounted = within('created_at', 'quarterFrom', 'quarterTo')
  const notCounted = (index: number) => `(${inPeriod(index)} AND NOT ${inCounted(index)})`
  const hasQuarters = cuts.some(({ quarterFrom, quarterTo }) => quarterFrom < quarterTo)
  const hasEvents = cuts.some((cut) => cut.from !== cut.quarterFrom || cut.to !== cut.quarterTo)
  return {
    read({ quarters, events }, groupBy, final = 'FINAL') {
      const group = `GROUP BY ${groupBy}`
      const counted = `SELECT ${quarters} FROM ${table} ${final}
        WHERE ${condition} AND ${any(inQuarters)} ${isWhole ? '' : 'AND NOT preview'} ${group}`
      const raw = `SELECT ${events} FROM events ${final}
        WHERE ${condition} AND NOT preview AND ${any(hasQuarters ? notCounted : inPeriod)} ${group}`
      return [...(hasQuarters ? [counted] : []), ...(hasEvents || !hasQuarters ? [raw] : [])].join(
        ' UNION ALL ',
      )
    },
    // A set of the whole platform's visitors would be as large as what it saves to read, so that one is estimated.
    sets: (suffix) => (isWhole ? `uniqCombined64${suffix}(12)` : `uniqExact${suffix}`),
    tenant,
    session: isWhole ? 'session_id' : 'sipHash64(session_id)',
    params: Object.assign(
      { ...params },
      ...cuts.map((cut, index) =>
        Object.fromEntries(Object.entries(cut).map(([name, at]) => [`${name}${index}`, at])),
      ),
    ),
  }
}

/** Up to when a table holds everything, epoch ms. */
async function countedUntil(
  handles: ReportHandles,
  table: Question['table'],
  periods: Period[],
): Promise<number> {
  const now = handles.now()
  if (table === 'platform_quarters' && Math.abs(now - handles.caches.rollup.freshAt) < FRESH_MS)
    return Infinity
  // What is younger cannot be sealed, so nobody has to be asked.
  if (periods.every(({ from }) => from > now - LATENESS_MS)) return 0
  return sealedUntil(handles)
}
