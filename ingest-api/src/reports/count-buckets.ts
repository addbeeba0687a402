import type { UsagePoint } from '../../../schema/wire/api'
import { bucketOf, COUNTS, listBuckets, type UsageQuestion } from './count-usage'
import { openSources, type ReportHandles } from './sources'
import { toEach, type OfTenant, type Period, type Tenant } from './tenant'

/** Where everything before the period stands, because no bucket begins then. */
const BEFORE = 0

/** The counts of each bucket of a period, empty ones too, and those of another period together. */
export type BucketCounts = { series: UsagePoint[]; previous: UsagePoint }

/**
 * Only what is counted, without sessions and visitors, whose sets take most of the time: what a long history, or a rule
 * that looks every minute, is read by.
 * @param before ends where the question's period begins, or earlier
 */
export async function countBucketsOfEach(
  handles: ReportHandles,
  tenants: Tenant[],
  question: UsageQuestion,
  before?: Period,
): Promise<BucketCounts[]> {
  const { from, to, interval, timezone } = question
  const { read, tenant, params } = await openSources(handles, tenants, {
    periods: before ? [{ from, to }, before] : [{ from, to }],
    isFine: interval === 'minute',
  })
  const place = (time: string) =>
    `if(${time} < fromUnixTimestamp64Milli({start: Int64}), toDateTime(${BEFORE}, {timezone: String}), ${bucketOf(time, interval)}) AS bucket`
  const columns = {
    quarters: `${tenant} AS tenant, ${place('quarter')}, ${COUNTS.quarters}`,
    events: `${tenant} AS tenant, ${place('created_at')}, ${COUNTS.events}`,
  }
  const [buckets, rows] = await Promise.all([
    listBuckets(handles, question),
    handles.clickhouse.query<UsagePoint & OfTenant>(
      `SELECT tenant, toFloat64(toUnixTimestamp(bucket)) * 1000 AS at, ${COUNTS.both}
       FROM (${read(columns, 'tenant, bucket')}) GROUP BY tenant, bucket`,
      { ...params, start: from, timezone },
    ),
  ])
  return toEach(tenants, rows).map((own) => {
    const counted = new Map(own.map((point) => [point.at, point]))
    const countsAt = (at: number): UsagePoint =>
      counted.get(at) ?? { at, loads: 0, interactions: 0, errors: 0 }
    return { series: buckets.map(countsAt), previous: countsAt(BEFORE) }
  })
}
