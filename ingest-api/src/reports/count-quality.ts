import type { StreamQuality } from '../../../schema/wire/analytics'
import type { ClickHouse } from '../clickhouse'
import { whereTenant, type Period, type Tenant } from './tenant'

/** What became of a tenant's events by UTC day, days on which nothing arrived left out. */
export async function countQuality(
  { clickhouse }: { clickhouse: ClickHouse },
  tenant: Tenant,
  { from, to }: Period,
): Promise<StreamQuality[]> {
  const { condition, params } = whereTenant(tenant)
  const day = (time: string) => `toDate(fromUnixTimestamp64Milli({${time}: Int64}), 'UTC')`
  return clickhouse.query<StreamQuality>(
    `SELECT toString(day) AS day, toFloat64(sumIf(events, outcome = 'accepted')) AS accepted,
       toFloat64(sumIf(events, outcome = 'duplicate')) AS duplicates,
       toFloat64(sumIf(events, outcome NOT IN ('accepted', 'duplicate'))) AS refused
     FROM ingest_outcomes WHERE ${condition} AND ingest_outcomes.day BETWEEN ${day('from')} AND ${day('last')}
     GROUP BY day ORDER BY day`,
    { ...params, from, last: to - 1 },
  )
}
