import { RATE_MINUTES, type EventStream } from '../../../schema/wire/analytics'
import type { ClickHouse } from '../clickhouse'
import { eventsOf, toEach, type OfTenant, type Period, type Tenant } from './tenant'

const MINUTE_MS = 60_000
const LIMIT = 100

/** The event streams of tenants in a period, the most frequent first. */
export async function listStreamsOfEach(
  { clickhouse }: { clickhouse: ClickHouse },
  tenants: Tenant[],
  period: Period,
  until: number,
): Promise<EventStream[][]> {
  const { source, params, tenant } = eventsOf(tenants, period)
  const rows = await clickhouse.query<EventStream & OfTenant>(
    `SELECT ${tenant} AS tenant, event_type AS type, event_name AS name, toFloat64(count()) AS events,
       countIf(created_at >= fromUnixTimestamp64Milli({since: Int64}) AND created_at < fromUnixTimestamp64Milli({until: Int64}))
         / {minutes: UInt8} AS perMinute,
       toFloat64(toUnixTimestamp64Milli(max(created_at))) AS lastAt
     FROM ${source} GROUP BY tenant, type, name ORDER BY tenant, events DESC, type, name LIMIT {limit: UInt32} BY tenant`,
    { ...params, since: until - RATE_MINUTES * MINUTE_MS, until, minutes: RATE_MINUTES, limit: LIMIT },
  )
  return toEach(tenants, rows)
}
