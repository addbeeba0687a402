import type { UsageTotals } from '../../../schema/wire/api'
import { COUNTS } from './count-usage'
import { openSources, type ReportHandles } from './sources'
import { toEach, type Asker, type OfTenant, type Period } from './tenant'

export type ImplementationCount = { implementationId: string } & UsageTotals

/** The implementations of a tenant with the most events in a period. */
export const countByImplementation = async (
  handles: ReportHandles,
  tenant: Asker,
  period: Period,
  limit: number,
): Promise<ImplementationCount[]> => (await countEachByImplementation(handles, [tenant], period, limit))[0]!

/** The same for several tenants at once. */
export async function countEachByImplementation(
  handles: ReportHandles,
  tenants: Asker[],
  period: Period,
  limit: number,
): Promise<ImplementationCount[][]> {
  const { read, sets, session, tenant, params } = await openSources(handles, tenants, { periods: [period] })
  const columns = {
    quarters: `${tenant} AS tenant, implementation_id, ${COUNTS.quarters},
      ${sets('MergeState')}(sessions) AS sessionSet, ${sets('MergeState')}(visitors) AS visitorSet`,
    events: `${tenant} AS tenant, implementation_id, ${COUNTS.events},
      ${sets('State')}(${session}) AS sessionSet, ${sets('State')}(visitor) AS visitorSet`,
  }
  const rows = await handles.clickhouse.query<ImplementationCount & OfTenant>(
    `SELECT tenant, implementation_id AS implementationId, ${COUNTS.both},
       toFloat64(${sets('Merge')}(sessionSet)) AS sessions, toFloat64(${sets('Merge')}(visitorSet)) AS visitors
     FROM (${read(columns, 'tenant, implementation_id')})
     GROUP BY tenant, implementation_id
     ORDER BY tenant, loads + interactions + errors DESC, implementationId LIMIT {limit: UInt32} BY tenant`,
    { ...params, limit },
  )
  return toEach(tenants, rows)
}
