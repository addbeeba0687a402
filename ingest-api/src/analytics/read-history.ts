import type { ForecastInterval } from '../../../schema/wire/analytics'
import type { UsagePoint } from '../../../schema/wire/api'
import { keptBuckets } from '../dashboards/kept-reports'
import type { Handles } from '../handles'
import { listBuckets } from '../reports/count-usage'
import type { Tenant } from '../reports/tenant'
import { QUARTER_MS } from '../usage/sealed-until'

const HOUR_MS = 60 * 60 * 1000
export const LENGTH_MS: Record<ForecastInterval, number> = { hour: HOUR_MS, day: 24 * HOUR_MS }

/** Whole buckets of the past, the last of them over, and where those begin that come next; the first of these is running. */
export type History = { past: UsagePoint[]; next: number[] }

/**
 * The counts of a tenant up to now, by hour or by day, as many as there can be of them.
 * @param most how many buckets of the past
 * @param ahead how many of those that come next
 */
export async function readHistory(
  handles: Pick<Handles, 'clickhouse' | 'caches' | 'now'>,
  tenant: Tenant,
  { interval, timezone }: { interval: ForecastInterval; timezone: string },
  most: number,
  ahead: number,
): Promise<History> {
  // Buckets of all time zones begin with a quarter of an hour, and until the next one everybody asks the same.
  const to = Math.floor(handles.now() / QUARTER_MS) * QUARTER_MS
  const from = to - most * LENGTH_MS[interval]
  const [counted, next] = await Promise.all([
    keptBuckets(handles, tenant, { from, to, interval, timezone }),
    // One more, because a day can have 25 hours.
    listBuckets(handles, { from: to, to: to + (ahead + 1) * LENGTH_MS[interval], interval, timezone }),
  ])
  // The first may have begun before, and what is running is not over.
  const past = counted.series.filter(({ at }) => at >= from && at < next[0]!)
  return { past, next: next.slice(0, ahead) }
}

/** Where something first happened: before that there is no history but none at all. */
export const beginningOf = (past: readonly UsagePoint[]): number => {
  const first = past.findIndex(({ loads, interactions, errors }) => loads + interactions + errors > 0)
  return first < 0 ? past.length : first
}
