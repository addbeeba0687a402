import type { IngestReport } from '../../../schema/wire/api'
import { REFUSALS, type Refusal } from '../../../schema/wire/event'
import type { ClickHouse } from '../clickhouse'
import type { Outcome } from '../spool/outcome'
import { sealedUntil } from '../usage/sealed-until'
import { whereTenant, type Period, type Tenant } from './tenant'

type OutcomeRow = { implementationId: string; day: string; outcome: Outcome; events: number; example: string }

/**
 * What became of every event of a tenant that arrived with a valid token, over whole UTC days. Received is accepted,
 * duplicate and refused together; accepted is stored, quarantined and what only the store knew to be a duplicate.
 */
export async function countOutcomes(
  { clickhouse }: { clickhouse: ClickHouse },
  tenant: Tenant,
  { from, to }: Period,
): Promise<IngestReport> {
  const { condition, params } = whereTenant(tenant)
  const days = `toDate(fromUnixTimestamp64Milli({from: Int64}), 'UTC') AND toDate(fromUnixTimestamp64Milli({to: Int64}), 'UTC')`
  // Events of sealed hours may be over by now; their counts stay.
  const sealed = 'fromUnixTimestamp64Milli({sealed: Int64})'
  const period = { ...params, from, to: to - 1, sealed: await sealedUntil({ clickhouse }) }
  const [rows, [stored], [quarantined]] = await Promise.all([
    clickhouse.query<OutcomeRow>(
      `SELECT implementation_id AS implementationId, toString(day) AS day, outcome, toFloat64(sum(events)) AS events,
         anyLast(example) AS example
       FROM ingest_outcomes WHERE ${condition} AND ingest_outcomes.day BETWEEN ${days}
       GROUP BY implementation_id, day, outcome ORDER BY day DESC, implementationId, outcome`,
      period,
    ),
    clickhouse.query<{ total: number }>(
      `SELECT toFloat64(sum(counted)) AS total FROM (
         SELECT count() AS counted FROM events FINAL
         WHERE ${condition} AND toDate(created_at) BETWEEN ${days} AND created_at >= ${sealed}
         UNION ALL
         SELECT sum(loads + interactions + errors) AS counted FROM usage_quarters FINAL
         WHERE ${condition} AND toDate(quarter) BETWEEN ${days} AND quarter < ${sealed}
       )`,
      period,
    ),
    clickhouse.query<{ total: number }>(
      `SELECT count() AS total FROM dead_letters WHERE ${condition} AND toDate(event_at) BETWEEN ${days}
         AND token NOT IN (SELECT token FROM dead_letter_decisions FINAL WHERE state IN ('replaying', 'replayed'))`,
      period,
    ),
  ])
  const sum = (counts: (outcome: Outcome) => boolean) =>
    rows.reduce((total, { outcome, events }) => (counts(outcome) ? total + events : total), 0)
  const accepted = sum((outcome) => outcome === 'accepted')
  const lateDuplicates = accepted - stored!.total - quarantined!.total
  return {
    totals: {
      received: sum(() => true),
      stored: stored!.total,
      duplicates: sum((outcome) => outcome === 'duplicate') + lateDuplicates,
      quarantined: quarantined!.total,
      refused: sum(isRefusal),
    },
    refusals: rows.flatMap(({ outcome, example, ...row }) =>
      isRefusal(outcome) ? [{ ...row, reason: outcome, message: REFUSALS[outcome], example }] : [],
    ),
  }
}

const isRefusal = (outcome: Outcome): outcome is Refusal => outcome in REFUSALS
