import type { Handles } from '../handles'
import { QUARTER_MS, sealedUntil } from '../usage/sealed-until'
import { whereTenant, type Period, type Tenant } from './tenant'

/** What a report needs: the clock and the caches say whether the platform's rollup is fresh. */
export type ReportHandles = Pick<Handles, 'clickhouse' | 'now' | 'caches'>

type Table = 'platform_quarters' | 'usage_quarters'

/**
 * Where the usage of a period is read: whole quarters that were counted before from their table, the rest, which is at
 * most the last two days and the ends of a period that begins or ends within a quarter, from the events themselves.
 * Together they are the events of the period, each id once. `FINAL` keeps rows from being met twice; a set of sessions
 * does not mind and need not pay for it.
 */
export type Sources = {
  quarters: (final: 'FINAL' | '') => string
  events: (final: 'FINAL' | '') => string
  /** The name of the function that makes sets of sessions and visitors, with a suffix such as `Merge`. */
  sets: (suffix: string) => string
  /** What a session is known by in those sets. */
  session: string
  params: Record<string, unknown>
}

/** How old the platform's rollup may be before its hours that are not sealed are counted from the events instead. */
const FRESH_MS = 5_000

/**
 * Finds out how far a tenant's events were counted before; all parts of an answer go by the same.
 * @param table where that is read
 * @returns the sources of a period; `isFine` for minutes, which no quarter can answer
 */
export async function openSources(
  handles: ReportHandles,
  tenant: Tenant,
  table: Table = tenant.whose === 'platform' ? 'platform_quarters' : 'usage_quarters',
): Promise<(period: Period, isFine?: boolean) => Sources> {
  const until = await countedUntil(handles, table)
  const { condition, params } = whereTenant(tenant)
  const isWhole = table === 'platform_quarters'
  const time = (name: string) => `fromUnixTimestamp64Milli({${name}: Int64})`
  return ({ from, to }, isFine = false) => {
    const quarterFrom = Math.ceil(from / QUARTER_MS) * QUARTER_MS
    const quarterTo = isFine ? 0 : Math.min(Math.floor(to / QUARTER_MS) * QUARTER_MS, until)
    return {
      quarters: (final) =>
        `${table} ${final} WHERE ${condition}
         AND quarter >= ${time('quarterFrom')} AND quarter < ${time('quarterTo')} ${isWhole ? '' : 'AND NOT preview'}`,
      events: (final) =>
        `events ${final} WHERE ${condition} AND NOT preview
         AND created_at >= ${time('from')} AND created_at < ${time('to')}
         AND (created_at < ${time('quarterFrom')} OR created_at >= ${time('quarterTo')})`,
      // A set of the whole platform's visitors would be as large as what it saves to read, so that one is estimated.
      sets: (suffix) => (isWhole ? `uniqCombined64${suffix}(12)` : `uniqExact${suffix}`),
      session: isWhole ? 'session_id' : 'sipHash64(session_id)',
      params: { ...params, from, to, quarterFrom, quarterTo: Math.max(quarterFrom, quarterTo) },
    }
  }
}

async function countedUntil(handles: ReportHandles, table: Table): Promise<number> {
  const isFresh = Math.abs(handles.now() - handles.caches.rollup.freshAt) < FRESH_MS
  return table === 'platform_quarters' && isFresh ? Infinity : sealedUntil(handles)
}
