import type { UsageTotals } from '../../../schema/wire/api'
import { COUNTS } from './count-usage'
import { openSources, type ReportHandles } from './sources'
import type { Period, Tenant } from './tenant'

export type ImplementationCount = { implementationId: string } & UsageTotals

/** The implementations of a tenant with the most events in a period. */
export async function countByImplementation(
  handles: ReportHandles,
  tenant: Exclude<Tenant, { whose: 'platform' }>,
  period: Period,
  limit: number,
): Promise<ImplementationCount[]> {
  const { read, sets, session, params } = await openSources(handles, tenant, { periods: [period] })
  const columns = {
    quarters: `implementation_id, ${COUNTS.quarters}, ${sets('MergeState')}(sessions) AS sessionSet,
      ${sets('MergeState')}(visitors) AS visitorSet`,
    events: `implementation_id, ${COUNTS.events}, ${sets('State')}(${session}) AS sessionSet,
      ${sets('State')}(visitor) AS visitorSet`,
  }
  return handles.clickhouse.query<ImplementationCount>(
    `SELECT implementation_id AS implementationId, ${COUNTS.both},
       toFloat64(${sets('Merge')}(sessionSet)) AS sessions, toFloat64(${sets('Merge')}(visitorSet)) AS visitors
     FROM (${read(columns, 'implementation_id')})
     GROUP BY implementation_id ORDER BY loads + interactions + errors DESC, implementationId LIMIT {limit: UInt32}`,
    { ...params, limit },
  )
}
