import type { RecentEvent } from '../../../schema/wire/api'
import type { ClickHouse } from '../clickhouse'
import { eventsOf, type Period, type Tenant } from './tenant'

/** The newest events of a tenant, newest first. */
export async function listRecentEvents(
  { clickhouse }: { clickhouse: ClickHouse },
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
