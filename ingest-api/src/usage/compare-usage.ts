import type { UsageTotals } from '../../../schema/wire/api'
import type { Handles } from '../handles'
import type { Period } from '../reports/tenant'

type Counts = Pick<UsageTotals, 'loads' | 'interactions' | 'errors'>

export type UsageComparison = {
  /** Counted over distinct ids from the events themselves, previews among them. */
  raw: Counts
  /** The sealed rows that money reads. */
  sealed: Counts
  /** Without previews: as the platform's rollup says, and as the events do. */
  rollup: Counts
  rawRollup: Counts
  /** Quarters of an hour of an implementation whose sealed counts are not those of its events. */
  mismatches: number
}

/**
 * Counts a period three ways, which must agree to the unit wherever it is sealed and its events are still kept.
 * @param period whole hours, sealed
 */
export async function compareUsage(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  period: Period,
): Promise<UsageComparison> {
  const [[both], [rollup]] = await Promise.all([
    clickhouse.query<{ raw: number[]; sealed: number[]; shown: number[]; mismatches: number }>(
      `SELECT sumForEach(pairs.raw) AS raw, sumForEach(pairs.sealed) AS sealed, sumForEachIf(pairs.raw, NOT preview) AS shown,
         toFloat64(countIf(pairs.raw != pairs.sealed)) AS mismatches
       FROM (
         SELECT preview, sumForEachIf(counts, is_raw) AS raw, sumForEachIf(counts, NOT is_raw) AS sealed
         FROM (
           SELECT true AS is_raw, implementation_id, toStartOfFifteenMinutes(created_at) AS quarter, bot, preview,
             ${three("countIf(event_type = 'load')", "countIf(event_type = 'interaction')", "countIf(event_type = 'error')")} AS counts
           FROM events FINAL WHERE ${within('created_at')} GROUP BY implementation_id, quarter, bot, preview
           UNION ALL
           SELECT false AS is_raw, implementation_id, quarter, bot, preview, ${COUNTED} AS counts
           FROM usage_quarters FINAL WHERE ${within('quarter')} GROUP BY implementation_id, quarter, bot, preview
         )
         GROUP BY implementation_id, quarter, bot, preview
       ) AS pairs`,
      period,
    ),
    clickhouse.query<{ counts: number[] }>(
      `SELECT ${COUNTED} AS counts FROM platform_quarters FINAL WHERE ${within('quarter')}`,
      period,
    ),
  ])
  return {
    raw: toCounts(both!.raw),
    sealed: toCounts(both!.sealed),
    rollup: toCounts(rollup!.counts),
    rawRollup: toCounts(both!.shown),
    mismatches: both!.mismatches,
  }
}

/**
 * Counts the quarters of a period in which the rollup of what was not sealed yet differs from what was sealed.
 * @param period whole hours, just sealed, of which the rollup is known to hold everything
 */
export async function compareRecent(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  period: Period,
): Promise<number> {
  const [row] = await clickhouse.query<{ mismatches: number }>(
    `SELECT toFloat64(countIf(pairs.recent != pairs.sealed)) AS mismatches
     FROM (
       SELECT sumForEachIf(counts, is_recent) AS recent, sumForEachIf(counts, NOT is_recent) AS sealed
       FROM (
         SELECT true AS is_recent, implementation_id, quarter, ${COUNTED} AS counts
         FROM recent_quarters FINAL WHERE ${within('quarter')} GROUP BY implementation_id, quarter
         UNION ALL
         SELECT false AS is_recent, implementation_id, quarter, ${COUNTED} AS counts
         FROM usage_quarters FINAL WHERE ${within('quarter')} AND NOT preview GROUP BY implementation_id, quarter
       )
       GROUP BY implementation_id, quarter
     ) AS pairs`,
    period,
  )
  return row!.mismatches
}

const within = (column: string) =>
  `${column} >= fromUnixTimestamp64Milli({from: Int64}) AND ${column} < fromUnixTimestamp64Milli({to: Int64})`
const three = (loads: string, interactions: string, errors: string) =>
  `[toFloat64(${loads}), toFloat64(${interactions}), toFloat64(${errors})]`
const COUNTED = three('sum(loads)', 'sum(interactions)', 'sum(errors)')

const toCounts = ([loads = 0, interactions = 0, errors = 0]: number[]): Counts => ({
  loads,
  interactions,
  errors,
})
