import type { ClickHouse } from '../clickhouse'
import { eventsOf, toEach, type OfTenant, type Period, type Tenant } from './tenant'

/** In how many sessions a version of a project was used, and in how many of them something went wrong. */
export type VersionCount = { projectId: string; version: string; sessions: number; withErrors: number }

const LIMIT = 200

/** The versions that tenants used in at least so many sessions, the most used first. */
export async function countVersionsOfEach(
  { clickhouse }: { clickhouse: ClickHouse },
  tenants: Tenant[],
  period: Period,
  fewest: number,
): Promise<VersionCount[][]> {
  const { source, params, tenant } = eventsOf(tenants, period)
  const rows = await clickhouse.query<VersionCount & OfTenant>(
    `SELECT ${tenant} AS tenant, project_id AS projectId, version, toFloat64(uniqExact(session_id)) AS sessions,
       toFloat64(uniqExactIf(session_id, event_type = 'error')) AS withErrors
     FROM ${source} AND session_id != '' AND version != ''
     GROUP BY tenant, projectId, version HAVING sessions >= {fewest: UInt32}
     ORDER BY tenant, sessions DESC, projectId, version LIMIT {limit: UInt32} BY tenant`,
    { ...params, fewest, limit: LIMIT },
  )
  return toEach(tenants, rows)
}
