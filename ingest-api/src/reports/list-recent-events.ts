import type { RecentEvent } from '../../../schema/wire/api'
import type { Handles } from '../handles'
import { eventsOf, type Period, type Tenant } from './tenant'

const DAY_MS = 24 * 60 * 60 * 1000

/** The newest events of a tenant, newest first. */
export async function listRecentEvents(
  handles: Pick<Handles, 'clickhouse' | 'now'>,
  tenant: Tenant,
  period: Period,
  limit: number,
): Promise<RecentEvent[]> {
  // Whoever has many events has the newest in the last day; whoever has few can be read whole.
  const lastDay = { ...period, from: Math.max(period.from, Math.min(period.to, handles.now()) - DAY_MS) }
  const events = await list(handles, tenant, lastDay, limit)
  return events.length < limit && lastDay.from > period.from ? list(handles, tenant, period, limit) : events
}

async function list(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  tenant: Tenant,
  period: Period,
  limit: number,
): Promise<RecentEvent[]> {
  const { source, params } = eventsOf(tenant, period)
  const rows = await clickhouse.query<Omit<RecentEvent, 'data'> & { data: string }>(
    `SELECT toString(id) AS id, toUnixTimestamp64Milli(created_at) AS at, event_type AS type, event_name AS name,
       implementation_id AS implementationId, session_id AS session, event_data AS data
     FROM ${source} ORDER BY created_at DESC, id DESC LIMIT {limit: UInt32}`,
    { ...params, limit },
  )
  return rows.map((row) => ({
    ...row,
    at: Number(row.at),
    session: row.session || null,
    data: JSON.parse(row.data),
  }))
}
