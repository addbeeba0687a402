import type { UsageTotals } from '../../../schema/wire/api'
import type { ClickHouse } from '../clickhouse'
import { COUNTS } from './count-usage'
import { eventsOf, type Period, type Tenant } from './tenant'

export type ImplementationCount = { implementationId: string } & UsageTotals

/** The implementations of a tenant with the most events in a period. */
export function countByImplementation(
  { clickhouse }: { clickhouse: ClickHouse },
  tenant: Tenant,
  period: Period,
  limit: number,
): Promise<ImplementationCount[]> {
  const { source, params } = eventsOf(tenant, period)
  return clickhouse.query<ImplementationCount>(
    `SELECT implementation_id AS implementationId, ${COUNTS},
       uniqExact(session_id) AS sessions, uniqExact(visitor) AS visitors
     FROM ${source} GROUP BY implementation_id ORDER BY loads + interactions + errors DESC, implementationId LIMIT {limit: UInt32}`,
    { ...params, limit },
  )
}
