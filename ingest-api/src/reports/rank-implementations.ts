import { COUNTS } from './count-usage'
import { openSources, type ReportHandles } from './sources'
import type { ImplementationCount } from './count-by-implementation'
import type { Period } from './tenant'

export type RankedImplementation = Omit<ImplementationCount, 'sessions' | 'visitors'>

/** The implementations of the whole platform with the most events in a period. */
export async function rankImplementations(
  handles: ReportHandles,
  period: Period,
  limit: number,
): Promise<RankedImplementation[]> {
  const { read, params } = await openSources(handles, [{ whose: 'platform' }], {
    periods: [period],
    table: 'usage_quarters',
  })
  const columns = {
    quarters: `implementation_id, ${COUNTS.quarters}`,
    events: `implementation_id, ${COUNTS.events}`,
  }
  return handles.clickhouse.query<RankedImplementation>(
    `SELECT implementation_id AS implementationId, ${COUNTS.both} FROM (${read(columns, 'implementation_id')})
     GROUP BY implementation_id ORDER BY loads + interactions + errors DESC, implementationId LIMIT {limit: UInt32}`,
    { ...params, limit },
  )
}
