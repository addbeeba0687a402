import type { Interval, Usage, UsagePoint, UsageTotals } from '../../../schema/wire/api'
import type { ClickHouse } from '../clickhouse'
import { eventsOf, type Period, type Tenant } from './tenant'

export type UsageQuestion = Period & { interval: Interval; timezone: string }

/** The counts that every report shares. */
export const COUNTS = `
  countIf(event_type = 'load') AS loads,
  countIf(event_type = 'interaction') AS interactions,
  countIf(event_type = 'error') AS errors`

/**
 * Usage of a tenant: totals, and a series whose buckets are cut in the asker's time zone.
 * @param question `timezone` is a known IANA zone
 */
export async function countUsage(
  { clickhouse }: { clickhouse: ClickHouse },
  tenant: Tenant,
  question: UsageQuestion,
): Promise<Usage> {
  const { source, params } = eventsOf(tenant, question)
  const [totals, series] = await Promise.all([
    clickhouse.query<UsageTotals>(
      `SELECT ${COUNTS}, uniqExact(session_id) AS sessions, uniqExact(implementation_id, visitor) AS visitors FROM ${source}`,
      params,
    ),
    clickhouse.query<UsagePoint>(
      `SELECT toUnixTimestamp(bucket) * 1000 AS at, loads, interactions, errors FROM (
         SELECT ${bucketOf('created_at', question.interval)} AS bucket, ${COUNTS} FROM ${source} GROUP BY bucket
         ORDER BY bucket WITH FILL
           FROM ${bucketOf('fromUnixTimestamp64Milli({from: Int64})', question.interval)}
           TO toDateTime(fromUnixTimestamp64Milli({to: Int64}), {timezone: String})
           STEP ${STEPS[question.interval]}
       )`,
      { ...params, timezone: question.timezone },
    ),
  ])
  return { ...question, totals: totals[0]!, series }
}

const STEPS: Record<Interval, string> = {
  minute: 'INTERVAL 1 MINUTE',
  hour: 'INTERVAL 1 HOUR',
  day: 'INTERVAL 1 DAY',
  week: 'INTERVAL 1 WEEK',
  month: 'INTERVAL 1 MONTH',
}

/** The start of a time's bucket as a DateTime of the asker's zone; weeks start on Monday. */
const bucketOf = (time: string, interval: Interval) =>
  `toDateTime(toStartOfInterval(${time}, ${STEPS[interval]}, {timezone: String}), {timezone: String})`
