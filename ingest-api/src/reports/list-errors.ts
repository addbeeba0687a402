import type { WidgetError } from '../../../schema/wire/api'
import type { ClickHouse } from '../clickhouse'
import { eventsOf, type Period, type Tenant } from './tenant'

const LIMIT = 100

/** The errors of a project in a period, alike ones together, the last seen first; stacks are the browsers'. */
export async function listErrors(
  { clickhouse }: { clickhouse: ClickHouse },
  tenant: Tenant,
  projectId: string,
  period: Period,
): Promise<WidgetError[]> {
  const { source, params } = eventsOf([tenant], period)
  return clickhouse.query<WidgetError>(
    `SELECT event_name AS name, JSONExtractString(event_data, 'message') AS message, version,
       argMax(JSONExtractString(event_data, 'stack'), created_at) AS stack, toFloat64(count()) AS count,
       toFloat64(toUnixTimestamp64Milli(min(created_at))) AS firstAt,
       toFloat64(toUnixTimestamp64Milli(max(created_at))) AS lastAt
     FROM ${source} AND project_id = {projectId: String} AND event_type = 'error'
     GROUP BY name, message, version ORDER BY lastAt DESC, name, message, version LIMIT {limit: UInt32}`,
    { ...params, projectId, limit: LIMIT },
  )
}
