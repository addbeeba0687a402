import type { Handles } from '../handles'
import type { Period } from '../reports/tenant'
import { heldTo } from './held-to'
import { gatherPlatformDays, refreshPlatform, SPILLING } from './rollup'
import { DAY_MS, HOUR_MS, LATENESS_MS, sealedUntil } from './sealed-until'

/**
 * Seals the next hours of usage, at most up to the end of their day: counts them over distinct ids, once nothing of
 * them can arrive any more, into the rows that money and reports read from then on. An hour is too young for that
 * while an event of it may still be accepted, or waits in any spool that has not said otherwise.
 *
 * Kill it anywhere and do it again: the same keys get the same counts, and nobody reads an hour before its seal, which
 * is written last.
 * @returns the period that was sealed, or nothing when no hour is old enough
 */
export async function sealUsage(handles: Pick<Handles, 'clickhouse' | 'now'>): Promise<Period | undefined> {
  const { clickhouse, now } = handles
  const from = (await sealedUntil(handles)) || (await findFirstHour(handles))
  const limit = floorHour(Math.min(now(), await heldTo(handles)) - LATENESS_MS)
  if (from === undefined || from >= limit) return undefined
  const to = Math.min(from - (from % DAY_MS) + DAY_MS, limit)
  const period = { from, to }
  await clickhouse.command(
    `INSERT INTO usage_quarters
       (builder_id, project_id, implementation_id, end_user_id, quarter, bot, preview, loads, interactions, errors,
        billed_loads, sessions, visitors)
     SELECT builder_id, project_id, implementation_id, end_user_id, toStartOfFifteenMinutes(created_at) AS quarter,
       bot, preview, countIf(event_type = 'load'), countIf(event_type = 'interaction'), countIf(event_type = 'error'),
       countIf(id IN (${FIRST_LOADS})), uniqExactState(sipHash64(session_id)), uniqExactState(visitor)
     FROM events FINAL WHERE ${BETWEEN}
     GROUP BY builder_id, project_id, implementation_id, end_user_id, quarter, bot, preview ${SPILLING}`,
    { ...period, since: from - SESSION_MS },
  )
  await refreshPlatform(handles, period)
  if (to % DAY_MS === 0) await gatherPlatformDays(handles, { from: to - DAY_MS, to })
  await clickhouse.command(
    `INSERT INTO usage_seals (since, until, loads, interactions, errors, at)
     SELECT fromUnixTimestamp64Milli({from: Int64}), fromUnixTimestamp64Milli({to: Int64}), sum(loads),
       sum(interactions), sum(errors), fromUnixTimestamp64Milli({at: Int64})
     FROM usage_quarters FINAL
     WHERE quarter >= fromUnixTimestamp64Milli({from: Int64}) AND quarter < fromUnixTimestamp64Milli({to: Int64})`,
    { ...period, at: now() },
  )
  return period
}

const BETWEEN =
  'created_at >= fromUnixTimestamp64Milli({from: Int64}) AND created_at < fromUnixTimestamp64Milli({to: Int64})'

/** A session's token, and with it all its events, ends after a day; their clocks may differ a little. */
const SESSION_MS = DAY_MS + HOUR_MS

/**
 * The first load of each session, wherever it lies: a page that reports its load again is billed once. Sessions that
 * were forgotten have no name any more, so each of their loads stands for itself.
 */
const FIRST_LOADS = `
  SELECT argMin(id, (created_at, id)) FROM events FINAL
  WHERE created_at >= fromUnixTimestamp64Milli({since: Int64}) AND created_at < fromUnixTimestamp64Milli({to: Int64})
    AND event_type = 'load' AND NOT bot AND NOT preview
  GROUP BY builder_id, implementation_id, if(session_id = '', toString(id), session_id)`

const floorHour = (at: number) => at - (at % HOUR_MS)

async function findFirstHour({ clickhouse }: Pick<Handles, 'clickhouse'>): Promise<number | undefined> {
  const [row] = await clickhouse.query<{ rows: number; first: number }>(
    'SELECT count() AS rows, toFloat64(toUnixTimestamp64Milli(min(created_at))) AS first FROM events',
    {},
  )
  return row!.rows > 0 ? floorHour(row!.first) : undefined
}
