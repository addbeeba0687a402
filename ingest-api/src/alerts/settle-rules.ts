import { and, asc, eq, inArray, ne, sql } from 'drizzle-orm'
import { alertRules, alerts } from '../../../schema/tables/alerts'
import { writeAudit } from '../accounts/audit'
import { offReasonOf } from '../dashboards/get-series'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { queueMail } from '../mail/queue-mail'
import { newId } from '../new-id'
import { alertLetter } from './alert-letter'
import { resolveAlertOf } from './change-rules'

type RuleRow = typeof alertRules.$inferSelect

/** A rule as it was when it was looked at, and its owner's address if it is confirmed. */
export type Looked = { rule: RuleRow; email: string | null }

/** What was found of it: `gone` when what it is narrowed to is not its owner's any more. */
export type Found = Looked &
  (
    | { is: 'known'; value: number | null; previous: number | null; holds: boolean }
    | { is: 'unknown' | 'gone' }
  )

export type Settled = { opened: number; resolved: number; unknown: number }

type Known = Extract<Found, { is: 'known' }>

/**
 * Writes down what was found of some rules, in one transaction with the letters that it gives reason for. A rule that was
 * changed meanwhile, or of which somebody has found something later, is left alone.
 * @param to the end of the windows, epoch ms; undefined when nothing is known
 */
export async function settleRules(
  handles: Pick<Handles, 'config' | 'db' | 'keys' | 'now'>,
  found: Found[],
  to: number | undefined,
): Promise<Settled> {
  const now = new Date(handles.now())
  return handles.db.transaction(async (tx) => {
    const ids = found.map(({ rule }) => rule.id)
    // Always in this order, so that two who settle the same do not wait for each other.
    const locked = await tx
      .select()
      .from(alertRules)
      .where(inArray(alertRules.id, ids))
      .orderBy(asc(alertRules.id))
      .for('update')
    const live = await tx
      .select()
      .from(alerts)
      .where(and(inArray(alerts.ruleId, ids), ne(alerts.state, 'resolved')))
    const ruleOf = new Map(locked.map((row) => [row.id, row]))
    const alertOf = new Map(live.map((row) => [row.ruleId, row]))
    const current = found.filter(({ rule }) => ruleOf.get(rule.id)?.revision === rule.revision)
    const known = current.filter(
      (one): one is Known =>
        one.is === 'known' && !((ruleOf.get(one.rule.id)!.knownTo?.getTime() ?? -Infinity) >= to!),
    )
    const unknown = current.filter(({ is }) => is === 'unknown')

    const opening = known.filter(
      ({ rule, holds }) => holds && !alertOf.has(rule.id) && ruleOf.get(rule.id)!.isArmed,
    )
    const ended = known.flatMap(({ rule, holds }) => {
      const alert = alertOf.get(rule.id)
      return alert && !holds && to! - rule.windowMinutes * 60_000 >= alert.heldTo.getTime() ? [alert.id] : []
    })
    for (const one of opening) await open(tx, handles, one, to!)
    if (ended.length > 0)
      await tx
        .update(alerts)
        .set({ state: 'resolved', resolvedAt: now, resolvedBy: 'itself' })
        .where(inArray(alerts.id, ended))
    if (known.length > 0) await noteKnown(tx, known, to!, now)
    if (unknown.length > 0)
      await tx
        .update(alertRules)
        .set({
          unknownSince: sql`coalesce(${alertRules.unknownSince}, ${alertRules.knownTo}, ${now.toISOString()})`,
          evaluatedAt: now,
        })
        .where(
          inArray(
            alertRules.id,
            unknown.map(({ rule }) => rule.id),
          ),
        )
    for (const { rule, is } of current) if (is === 'gone') await switchOff(tx, rule, now)
    return { opened: opening.length, resolved: ended.length, unknown: unknown.length }
  })
}

async function open(
  tx: Queryable,
  handles: Pick<Handles, 'config' | 'keys' | 'now'>,
  { rule, email, value, previous }: Known,
  to: number,
): Promise<void> {
  const { id: ruleId, ownerId, persona, name, metric, implementationId, projectId } = rule
  const { condition, threshold, windowMinutes } = rule
  const watched = { ownerId, persona, name, metric, implementationId, projectId, condition, threshold }
  const seen = { value: value!, peak: value!, last: value!, heldTo: new Date(to) }
  await tx.insert(alerts).values({
    id: newId('alert'),
    ruleId,
    ...watched,
    windowMinutes,
    ...seen,
    openedAt: new Date(handles.now()),
  })
  if (rule.byMail && email !== null)
    await queueMail(
      tx,
      handles,
      email,
      alertLetter(handles.config.baseUrl, { ...rule, value: value!, previous }),
    )
}

/** Many rules in two statements: what is known of each, and of those that hold what their alerts have come to. */
async function noteKnown(tx: Queryable, known: Known[], to: number, now: Date): Promise<void> {
  const rows = JSON.stringify(
    known.map(({ rule, value, previous, holds }) => ({ id: rule.id, value, previous, holds })),
  )
  const found = sql`jsonb_to_recordset(${rows}::jsonb) as found(id text, value float8, previous float8, holds boolean)`
  const end = new Date(to).toISOString()
  await tx.execute(sql`
    update alert_rules rule set value = found.value, previous = found.previous, known_to = ${end},
      evaluated_at = ${now.toISOString()}, unknown_since = null, is_armed = rule.is_armed or not found.holds
    from ${found} where rule.id = found.id`)
  await tx.execute(sql`
    update alerts alert set last = found.value, held_to = ${end}, peak = case alert.condition
      when 'below' then least(alert.peak, found.value) else greatest(alert.peak, found.value) end
    from ${found} where alert.rule_id = found.id and alert.state <> 'resolved' and found.holds`)
}

async function switchOff(tx: Queryable, rule: RuleRow, now: Date): Promise<void> {
  const { id } = rule
  const offReason = offReasonOf(rule)
  await tx
    .update(alertRules)
    .set({ enabled: false, offReason, revision: sql`${alertRules.revision} + 1`, updatedAt: now })
    .where(eq(alertRules.id, id))
  await resolveAlertOf(tx, id, now)
  await writeAudit(tx, {
    actor: null,
    requestId: 'alerts',
    action: 'alert_rule.switch_off',
    resource: { type: 'alert_rule', id },
    before: { enabled: true },
    after: { enabled: false, offReason },
  })
}
