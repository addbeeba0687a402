import type { Handles } from '../handles'
import { isFresh } from '../usage/rollup'
import { DAY_MS, LATENESS_MS, QUARTER_MS, sealedUntil } from '../usage/sealed-until'
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

/** What is selected from each source. */
type Columns = {
  quarters: string
  /** Of quarters that are not sealed, where that is something else. */
  recent?: string
  /** Of the platform's sets: of whole days of UTC that are sealed, instead of their quarters. */
  days?: string
  events: string
}

/**
 * Where the usage of some periods is read: whole quarters that are sealed from their table, whole quarters that were
 * counted since from theirs, the rest, which is the ends of a period that begins or ends within a quarter and what has
 * come in the last second, from the events themselves. Together they are the events of the periods, each id once.
 */
export type Sources = {
  /**
   * The rows of all as one: what is selected from each, and by what it is grouped. A source that holds nothing of the
   * periods is left out, because planning a question costs more than answering it. `FINAL` keeps rows from being met
   * twice; sets do not mind, and large ones are better read without.
   */
  read(columns: Columns, groupBy: string, final?: 'FINAL' | ''): string
  /** Whose of the tenants a row is, as in `whereTenants`. */
  tenant: string
  /** The name of the function that makes sets of sessions and visitors, with a suffix such as `Merge`. */
  sets: (suffix: string) => string
  /** What a session is known by in those sets. */
  session: string
  params: Record<string, unknown>
}

export async function openSources(
  handles: ReportHandles,
  tenants: Tenant[],
  {
    periods,
    table = tenants[0]?.whose === 'platform' ? 'platform_quarters' : 'usage_quarters',
    isFine = false,
  }: Question,
): Promise<Sources> {
  const { condition, params, tenant } = whereTenants(tenants)
  const isWhole = table === 'platform_quarters'
  const { sealed, counted } = isFine ? { sealed: 0, counted: 0 } : await countedUntil(handles, periods)
  const cuts = periods
    .filter(({ from, to }) => from < to)
    .map(({ from, to }) => {
      const start = Math.ceil(from / QUARTER_MS) * QUARTER_MS
      const end = Math.max(start, Math.min(Math.floor(to / QUARTER_MS) * QUARTER_MS, counted))
      // The platform's table holds both.
      const sealedEnd = Math.max(start, Math.min(end, sealed))
      const dayStart = Math.ceil(start / DAY_MS) * DAY_MS
      const dayEnd = Math.max(dayStart, Math.floor(sealedEnd / DAY_MS) * DAY_MS)
      return { from, to, start, sealedEnd: isWhole ? end : sealedEnd, end, dayStart, dayEnd }
    })
  const time = (name: string, index: number) => `fromUnixTimestamp64Milli({${name}${index}: Int64})`
  const within = (column: string, from: string, to: string) => (index: number) =>
    `(${column} >= ${time(from, index)} AND ${column} < ${time(to, index)})`
  const any = (condition: (index: number) => string) =>
    cuts.length > 0 ? `(${cuts.map((_, index) => condition(index)).join(' OR ')})` : '0'
  const inPeriod = within('created_at', 'from', 'to')
  const inCounted = within('created_at', 'start', 'end')
  const notCounted = (index: number) => `(${inPeriod(index)} AND NOT ${inCounted(index)})`
  const hasCounted = cuts.some(({ start, end }) => start < end)
  return {
    read({ quarters, recent = quarters, days, events }, groupBy, final = 'FINAL') {
      const from = (source: string, columns: string, also: string) =>
        `SELECT ${columns} FROM ${source} ${final} WHERE ${condition} AND ${also} GROUP BY ${groupBy}`
      const hasDays = days !== undefined && cuts.some(({ dayStart, dayEnd }) => dayStart < dayEnd)
      const notElsewhere = hasDays ? ` AND NOT ${any(within('quarter', 'dayStart', 'dayEnd'))}` : ''
      const sources = [
        ...(hasDays ? [from('platform_days', days, any(within('day', 'dayStart', 'dayEnd')))] : []),
        ...(cuts.some(({ start, sealedEnd }) => start < sealedEnd)
          ? [
              from(
                table,
                quarters,
                any(within('quarter', 'start', 'sealedEnd')) + (isWhole ? notElsewhere : ' AND NOT preview'),
              ),
            ]
          : []),
        ...(cuts.some(({ sealedEnd, end }) => sealedEnd < end)
          ? [from('recent_quarters', recent, any(within('quarter', 'sealedEnd', 'end')))]
          : []),
        ...(!hasCounted || cuts.some((cut) => cut.from !== cut.start || cut.to !== cut.end)
          ? [from('events', events, `NOT preview AND ${any(hasCounted ? notCounted : inPeriod)}`)]
          : []),
      ]
      return sources.join(' UNION ALL ')
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

/** Up to when everything is sealed, and up to when it is counted at all, epoch ms. */
async function countedUntil(
  handles: ReportHandles,
  periods: Period[],
): Promise<{ sealed: number; counted: number }> {
  // What is younger cannot be sealed, so nobody has to be asked.
  const sealed = periods.every(({ from }) => from > handles.now() - LATENESS_MS)
    ? 0
    : await sealedUntil(handles)
  return { sealed, counted: isFresh(handles) ? Math.max(sealed, handles.caches.rollup.until) : sealed }
}
