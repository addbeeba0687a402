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
  const { quarters, events, params } = (await openSources(handles, { whose: 'platform' }, 'usage_quarters'))(
    period,
  )
  return handles.clickhouse.query<RankedImplementation>(
    `SELECT implementation_id AS implementationId, ${COUNTS.both} FROM (
       SELECT implementation_id, ${COUNTS.quarters} FROM ${quarters('FINAL')} GROUP BY implementation_id
       UNION ALL
       SELECT implementation_id, ${COUNTS.events} FROM ${events('FINAL')} GROUP BY implementation_id
     )
     GROUP BY implementation_id ORDER BY loads + interactions + errors DESC, implementationId LIMIT {limit: UInt32}`,
    { ...params, limit },
  )
}
