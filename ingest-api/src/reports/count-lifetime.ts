import { MAX_EVENT_LEAD_MS } from '../../../schema/wire/event'
import { COUNTS } from './count-usage'
import { openSources, type ReportHandles } from './sources'
import type { Tenant } from './tenant'

/** All that an implementation has ever counted, and when its last event was, or the quarter of an hour it was in. Epoch ms. */
export type Lifetime = { id: string; events: number; lastAt: number }

/** Counts implementations since their first day. */
export async function countLifetime(
  handles: ReportHandles,
  tenant: Extract<Tenant, { whose: 'implementations' }>,
): Promise<Lifetime[]> {
  const always = { from: 0, to: handles.now() + MAX_EVENT_LEAD_MS }
  const { read, params } = await openSources(handles, [tenant], { periods: [always] })
  const at = (time: string) => `toFloat64(toUnixTimestamp64Milli(max(${time}))) AS lastAt`
  const columns = {
    quarters: `implementation_id, ${COUNTS.quarters}, ${at('toDateTime64(quarter, 3)')}`,
    recent: `implementation_id, ${COUNTS.quarters}, ${at('last_at')}`,
    events: `implementation_id, ${COUNTS.events}, ${at('created_at')}`,
  }
  return handles.clickhouse.query<Lifetime>(
    `SELECT implementation_id AS id, toFloat64(sum(loads + interactions + errors)) AS events, max(lastAt) AS lastAt
     FROM (${read(columns, 'implementation_id')}) GROUP BY id`,
    params,
  )
}
