import { and, count, eq, inArray, sql, type SQL } from 'drizzle-orm'
import { alertRules, alerts } from '../../../schema/tables/alerts'
import type { AlertRule } from '../../../schema/wire/alert'
import { OrielError } from '../../../schema/wire/error'
import { metricsOf } from '../../../schema/wire/metric'
import type { Actor } from '../accounts/actor'
import { isOwn, requireSeen } from '../accounts/own'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { hasText, offsetOf, orderOf, pageOf, type Listing, type Page } from '../listing'

type RuleRow = typeof alertRules.$inferSelect
/** Who asks, and what they may see: a key that may not see money learns none from a rule. */
export type Watcher = Pick<Actor, 'userId' | 'persona' | 'permissions'>

/** Rules, or alerts, that are the actor's own as this persona and tell nothing that the actor may not see. */
export const ownWatched = (actor: Watcher, table: typeof alertRules | typeof alerts): SQL | undefined =>
  and(
    isOwn(actor, table),
    inArray(
      table.metric,
      metricsOf(actor).map(({ id }) => id),
    ),
  )

const liveAlert = sql<string | null>`(select id from alerts
  where alerts.rule_id = alert_rules.id and alerts.state <> 'resolved')`

export const ruleNotFound = () => new OrielError('RESOURCE_NOT_FOUND', 'There is no rule with this id.')

/** One page of the actor's rules, the newest first unless asked otherwise. */
export async function listRules(
  { db }: Pick<Handles, 'db'>,
  actor: Watcher,
  listing: Listing<'createdAt' | 'name'>,
): Promise<Page<AlertRule>> {
  const where = and(ownWatched(actor, alertRules), hasText(listing.search, alertRules.name))
  const [rows, [counted]] = await Promise.all([
    db
      .select({ row: alertRules, alertId: liveAlert })
      .from(alertRules)
      .where(where)
      .orderBy(...orderOf(listing, alertRules, 'createdAt', alertRules.id))
      .limit(listing.limit)
      .offset(offsetOf(listing)),
    db.select({ total: count() }).from(alertRules).where(where),
  ])
  return pageOf(
    rows.map(({ row, alertId }) => toRule(row, alertId)),
    listing,
    counted!.total,
  )
}

/** @throws OrielError RESOURCE_NOT_FOUND when it is not the actor's */
export async function getRule(db: Queryable, actor: Watcher, id: string): Promise<AlertRule> {
  const [found] = await db
    .select({ row: alertRules, alertId: liveAlert })
    .from(alertRules)
    .where(and(eq(alertRules.id, id), ownWatched(actor, alertRules)))
  if (!found) throw ruleNotFound()
  return toRule(found.row, found.alertId)
}

/**
 * Reads a rule of the actor's and keeps others from changing it until the transaction ends.
 * @param seen the revisions that the sender would change; undefined for any
 * @throws OrielError RESOURCE_NOT_FOUND; PRECONDITION_FAILED when somebody has changed it since
 */
export async function lockRule(
  tx: Queryable,
  actor: Watcher,
  id: string,
  seen: readonly number[] | undefined,
): Promise<RuleRow> {
  const [row] = await tx
    .select()
    .from(alertRules)
    .where(and(eq(alertRules.id, id), ownWatched(actor, alertRules)))
    .for('update')
  if (!row) throw ruleNotFound()
  requireSeen(seen, row.revision, 'rule')
  return row
}

export function toRule(row: RuleRow, alertId: string | null): AlertRule {
  const { ownerId: _owner, persona: _persona, isArmed: _armed, ...rule } = row
  return {
    ...rule,
    alertId,
    knownTo: row.knownTo?.getTime() ?? null,
    evaluatedAt: row.evaluatedAt?.getTime() ?? null,
    unknownSince: row.unknownSince?.getTime() ?? null,
    createdAt: row.createdAt.getTime(),
    updatedAt: row.updatedAt.getTime(),
  }
}
