import type { Handles } from '../handles'
import type { Period } from '../reports/tenant'
import { HOUR_MS, sealedUntil } from './sealed-until'

/** Counts the whole platform's quarters of a period anew, over distinct ids. `from` and `to` are whole hours. */
export async function refreshPlatform(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  { from, to }: Period,
): Promise<void> {
  await clickhouse.command(
    `INSERT INTO platform_quarters (quarter, loads, interactions, errors, sessions, visitors)
     SELECT toStartOfFifteenMinutes(created_at) AS quarter, countIf(event_type = 'load'),
       countIf(event_type = 'interaction'), countIf(event_type = 'error'),
       uniqCombined64State(12)(session_id), uniqCombined64State(12)(visitor)
     FROM events FINAL
     WHERE created_at >= fromUnixTimestamp64Milli({from: Int64}) AND created_at < fromUnixTimestamp64Milli({to: Int64})
       AND NOT preview
     GROUP BY quarter`,
    { from, to },
  )
}

/**
 * Keeps the hours of the platform that are not sealed yet as fresh as it is called. Every insert makes a part with a
 * higher block number, so only the hours of parts with numbers that this process has not seen are counted anew: what
 * another process inserted as well, and after a start once everything that is not sealed.
 */
export function createPlatformRefresher(handles: Pick<Handles, 'clickhouse'>): () => Promise<void> {
  const { clickhouse } = handles
  /** The highest block number seen, by day. */
  const seen = new Map<string, number>()
  return async () => {
    const since = await sealedUntil(handles)
    const days = await clickhouse.query<{ day: string; block: number }>(
      `SELECT partition AS day, toFloat64(max(max_block_number)) AS block FROM system.parts
       WHERE ${PARTS} GROUP BY day`,
      {},
    )
    for (const { day, block } of days) {
      const last = seen.get(day) ?? -1
      if (block === last || Date.parse(day) + 24 * HOUR_MS <= since) continue
      for (const period of await findChangedHours(day, last, since)) await refreshPlatform(handles, period)
      seen.set(day, block)
    }
  }

  /** The hours of a day that rows have come to, neighbours together. */
  async function findChangedHours(day: string, last: number, since: number): Promise<Period[]> {
    const rows = await clickhouse.query<{ hour: number }>(
      `SELECT DISTINCT toFloat64(toUnixTimestamp(toStartOfHour(created_at))) * 1000 AS hour FROM events
       WHERE created_at >= fromUnixTimestamp64Milli({since: Int64}) AND _part IN (
         SELECT name FROM system.parts
         WHERE ${PARTS} AND partition = {day: String} AND max_block_number > {last: Int64})
       ORDER BY hour`,
      { day, last, since },
    )
    const periods: Period[] = []
    for (const { hour } of rows) {
      const neighbour = periods.at(-1)
      if (neighbour?.to === hour) neighbour.to += HOUR_MS
      else periods.push({ from: hour, to: hour + HOUR_MS })
    }
    return periods
  }
}

const PARTS = "database = currentDatabase() AND table = 'events' AND active"
