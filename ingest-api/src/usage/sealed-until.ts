import { MAX_EVENT_AGE_MS } from '../../../schema/wire/event'
import type { ClickHouse } from '../clickhouse'

/** Usage is kept by quarters of an hour of UTC and sealed by whole hours. */
export const QUARTER_MS = 15 * 60 * 1000
export const HOUR_MS = 4 * QUARTER_MS
export const DAY_MS = 24 * HOUR_MS

/**
 * How old an hour must be before nothing of it can be accepted any more: the age at which events are refused, and an
 * hour for clocks that differ and for what was accepted and is being written.
 */
export const LATENESS_MS = MAX_EVENT_AGE_MS + HOUR_MS

/** Everything before this time (epoch ms, a whole hour of UTC) is sealed; 0 when nothing is. */
export async function sealedUntil({
  clickhouse,
}: {
  clickhouse: Pick<ClickHouse, 'query'>
}): Promise<number> {
  const [row] = await clickhouse.query<{ until: number }>(
    'SELECT toFloat64(toUnixTimestamp(max(until))) * 1000 AS until FROM usage_seals',
    {},
  )
  return row!.until
}
