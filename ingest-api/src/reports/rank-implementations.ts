import { COUNTS } from './count-usage'
import { openSources, type ReportHandles } from './sources'
import type { ImplementationCount } from './count-by-implementation'
import { toEach, type OfTenant, type Period, type Tenant } from './tenant'

export type RankedImplementation = Omit<ImplementationCount, 'sessions' | 'visitors'>

/** The implementations of the whole platform with the most events in a period. */
export const rankImplementations = async (
  handles: ReportHandles,
  period: Period,
  limit: number,
): Promise<RankedImplementation[]> =>
  (await rankImplementationsOfEach(handles, [{ whose: 'platform' }], period, limit))[0]!

/** The same of several tenants at once; the platform asks alone. */
export async function rankImplementationsOfEach(
  handles: ReportHandles,
  tenants: Tenant[],
  period: Period,
  limit: number,
): Promise<RankedImplementation[][]> {
  const { read, tenant, params } = await openSources(handles, tenants, {
    periods: [period],
    table: 'usage_quarters',
  })
  const columns = {
    quarters: `${tenant} AS tenant, implementation_id, ${COUNTS.quarters}`,
    events: `${tenant} AS tenant, implementation_id, ${COUNTS.events}`,
  }
  const rows = await handles.clickhouse.query<RankedImplementation & OfTenant>(
    `SELECT tenant, implementation_id AS implementationId, ${COUNTS.both}
     FROM (${read(columns, 'tenant, implementation_id')}) GROUP BY tenant, implementation_id
     ORDER BY tenant, loads + interactions + errors DESC, implementationId LIMIT {limit: UInt32} BY tenant`,
    { ...params, limit },
  )
  return toEach(tenants, rows)
}
