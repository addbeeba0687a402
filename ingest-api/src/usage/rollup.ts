import type { Handles } from '../handles'
import type { Period } from '../reports/tenant'
import { DAY_MS, QUARTER_MS, sealedUntil } from './sealed-until'

/** How long after it was last looked at the rollup is read. */
const FRESH_MS = 5_000

/** Whether reports read the rollup now, and not the events alone. */
export const isFresh = ({ caches, now }: Pick<Handles, 'caches' | 'now'>): boolean =>
  Math.abs(now() - caches.rollup.at) < FRESH_MS

/** Counts the whole platform's quarters of a period anew, over distinct ids. `from` and `to` are whole quarters. */
export async function refreshPlatform(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  { from, to }: Period,
): Promise<void> {
  await clickhouse.command(
    `INSERT INTO platform_quarters (quarter, loads, interactions, errors, sessions, visitors)
     SELECT toStartOfFifteenMinutes(created_at) AS quarter, ${COUNTS},
       uniqCombined64State(12)(session_id), uniqCombined64State(12)(visitor)
     FROM events FINAL WHERE ${BETWEEN} AND NOT preview
     GROUP BY quarter`,
    { from, to },
  )
}

/** Puts the platform's sessions and visitors of days together. `from` and `to` are whole days, sealed. */
export async function gatherPlatformDays(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  { from, to }: Period,
): Promise<void> {
  await clickhouse.command(
    `INSERT INTO platform_days (day, sessions, visitors)
     SELECT toStartOfDay(quarter, 'UTC') AS day, uniqCombined64MergeState(12)(sessions),
       uniqCombined64MergeState(12)(visitors)
     FROM platform_quarters
     WHERE quarter >= fromUnixTimestamp64Milli({from: Int64}) AND quarter < fromUnixTimestamp64Milli({to: Int64})
     GROUP BY day`,
    { from, to },
  )
}

/** {@link refreshPlatform} for each implementation that rows have come to since a block of the day. */
async function refreshImplementations(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  { from, to }: Period,
  day: string,
  last: number,
): Promise<void> {
  const touched = `(builder_id, implementation_id) IN (
    SELECT builder_id, implementation_id FROM events WHERE ${BETWEEN} AND ${IN_NEW_PARTS})`
  await clickhouse.command(
    `INSERT INTO recent_quarters
       (builder_id, implementation_id, quarter, loads, interactions, errors, sessions, visitors, events,
        last_at)
     SELECT builder_id, implementation_id, toStartOfFifteenMinutes(created_at) AS quarter, ${COUNTS},
       uniqExactState(sipHash64(session_id)), uniqExactState(visitor), count(), max(created_at)
     FROM events FINAL WHERE ${BETWEEN} AND NOT preview ${last < 0 ? '' : `AND ${touched}`}
     GROUP BY builder_id, implementation_id, quarter ${SPILLING}`,
    { from, to, day, last },
  )
}

/** Drops what is sealed. `until` is up to when. */
export async function dropSealedDays(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  until: number,
): Promise<void> {
  const days = await clickhouse.query<{ day: string }>(
    `SELECT DISTINCT partition AS day FROM system.parts
     WHERE database = currentDatabase() AND table = 'recent_quarters' AND active AND partition < {first: String}`,
    { first: new Date(until).toISOString().slice(0, 10) },
  )
  for (const { day } of days) await clickhouse.command(`ALTER TABLE recent_quarters DROP PARTITION '${day}'`)
}

/**
 * Keeps the usage of quarters that are not sealed yet as fresh as it is called, the platform's and each
 * implementation's. Every insert makes a part with a higher block number, so only the quarters of parts with numbers
 * that this process has not seen are counted anew: what another process inserted as well, and after a start once
 * everything that is not sealed.
 */
export class Rollup {
  /** The highest block number seen, by day; and up to which all is counted. */
  readonly #seen = new Map<string, number>()
  readonly #counted = new Map<string, number>()
  /** The beginnings of quarters to count, and of those being counted. */
  #stale = new Set<number>()
  #counting = new Set<number>()

  constructor(private readonly handles: Pick<Handles, 'clickhouse' | 'caches' | 'now'>) {}

  /** Finds what has to be counted, and notes up to when reports can read the rollup. */
  async find(): Promise<void> {
    const { clickhouse, now } = this.handles
    const at = now()
    const since = await sealedUntil(this.handles)
    const days = await clickhouse.query<{ day: string; block: number }>(
      `SELECT partition AS day, toFloat64(max(max_block_number)) AS block FROM system.parts
       WHERE ${PARTS} GROUP BY day ORDER BY day`,
      {},
    )
    for (const { day, block } of days) {
      const last = this.#seen.get(day) ?? -1
      if (block === last || Date.parse(day) + DAY_MS <= since) continue
      const quarters = await clickhouse.query<{ quarter: number }>(
        `SELECT DISTINCT toFloat64(toUnixTimestamp(toStartOfFifteenMinutes(created_at))) * 1000 AS quarter FROM events
         WHERE created_at >= fromUnixTimestamp64Milli({since: Int64}) AND ${IN_NEW_PARTS}`,
        { day, last, since },
      )
      for (const { quarter } of quarters) this.#stale.add(quarter)
      this.#seen.set(day, block)
    }
    this.#note(at)
  }

  /** Counts all that was found. */
  async count(): Promise<void> {
    const seen = new Map(this.#seen)
    this.#counting = this.#stale
    this.#stale = new Set()
    try {
      for (const [day, periods] of groupByDay(this.#counting))
        for (const period of periods) {
          await refreshImplementations(this.handles, period, day, this.#counted.get(day) ?? -1)
          await refreshPlatform(this.handles, period)
        }
      for (const [day, block] of seen) this.#counted.set(day, block)
    } catch (error) {
      for (const quarter of this.#counting) this.#stale.add(quarter)
      throw error
    } finally {
      this.#counting = new Set()
    }
    this.#note(this.handles.caches.rollup.at)
  }

  #note(at: number): void {
    const until = [...this.#stale, ...this.#counting].reduce(
      (least, quarter) => Math.min(least, quarter),
      Infinity,
    )
    Object.assign(this.handles.caches.rollup, { at, until })
  }
}

/** Neighbours together, oldest first. */
function groupByDay(quarters: Set<number>): Map<string, Period[]> {
  const days = new Map<string, Period[]>()
  for (const quarter of [...quarters].sort((a, b) => a - b)) {
    const day = new Date(quarter).toISOString().slice(0, 10)
    const periods = days.get(day) ?? []
    const last = periods.at(-1)
    if (last?.to === quarter) last.to += QUARTER_MS
    else periods.push({ from: quarter, to: quarter + QUARTER_MS })
    days.set(day, periods)
  }
  return days
}

/** The exact sets of a very busy quarter or day are on the disk while they are made, from so many bytes on. */
export const SPILLING = 'SETTINGS max_bytes_before_external_group_by = 200000000'

const COUNTS = `countIf(event_type = 'load'), countIf(event_type = 'interaction'), countIf(event_type = 'error')`
const BETWEEN =
  'created_at >= fromUnixTimestamp64Milli({from: Int64}) AND created_at < fromUnixTimestamp64Milli({to: Int64})'
const PARTS = "database = currentDatabase() AND table = 'events' AND active"
const IN_NEW_PARTS = `_part IN (SELECT name FROM system.parts
  WHERE ${PARTS} AND partition = {day: String} AND max_block_number > {last: Int64})`
