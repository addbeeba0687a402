import type { UsagePoint } from '../../../schema/wire/api'
import { bucketOf, COUNTS, listBuckets, type UsageQuestion } from './count-usage'
import { openSources, type ReportHandles } from './sources'
import { toEach, type OfTenant, type Tenant } from './tenant'

/** Only the counts of each bucket, empty ones too: what a long history can be read for in a moment. */
export async function countBucketsOfEach(
  handles: ReportHandles,
  tenants: Tenant[],
  question: UsageQuestion,
): Promise<UsagePoint[][]> {
  const { from, to, interval, timezone } = question
  const { read, tenant, params } = await openSources(handles, tenants, { periods: [{ from, to }] })
  const columns = {
    quarters: `${tenant} AS tenant, ${bucketOf('quarter', interval)} AS bucket, ${COUNTS.quarters}`,
    events: `${tenant} AS tenant, ${bucketOf('created_at', interval)} AS bucket, ${COUNTS.events}`,
  }
  const [buckets, rows] = await Promise.all([
    listBuckets(handles, question),
    handles.clickhouse.query<UsagePoint & OfTenant>(
      `SELECT tenant, toFloat64(toUnixTimestamp(bucket)) * 1000 AS at, ${COUNTS.both}
       FROM (${read(columns, 'tenant, bucket')}) GROUP BY tenant, bucket`,
      { ...params, timezone },
    ),
  ])
  return toEach(tenants, rows).map((own) => {
    const counted = new Map(own.map((point) => [point.at, point]))
    return buckets.map((at) => counted.get(at) ?? { at, loads: 0, interactions: 0, errors: 0 })
  })
}
