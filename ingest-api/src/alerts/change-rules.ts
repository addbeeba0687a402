import { and, eq, ne, sql } from 'drizzle-orm'
import { alertRules, alerts } from '../../../schema/tables/alerts'
import {
  MOST_ALERT_RULES,
  type AlertRule,
  type CreateAlertRuleRequest,
  type UpdateAlertRuleRequest,
} from '../../../schema/wire/alert'
import { invalidFields } from '../../../schema/wire/error'
import { metricsOf } from '../../../schema/wire/metric'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import { enforceMost } from '../accounts/own'
import { findTenant, narrowingOf } from '../dashboards/get-series'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { newId } from '../new-id'
import { getRule, lockRule, toRule, type Watcher } from './read-rules'

type Needs = Pick<Handles, 'db' | 'now'>

/**
 * Begins to watch a metric for the actor as this persona. It is looked at within a minute.
 * @throws OrielError VALIDATION_ERROR by field; RESOURCE_NOT_FOUND when what it is narrowed to is not the actor's;
 * LIMIT_EXCEEDED
 */
export async function createRule(
  handles: Needs,
  { actor, requestId }: By,
  request: CreateAlertRuleRequest,
): Promise<AlertRule> {
  const rule = {
    ...request,
    implementationId: request.implementationId ?? null,
    projectId: request.projectId ?? null,
    enabled: request.enabled ?? true,
    byMail: request.byMail ?? false,
  }
  checkFields(actor, rule)
  await findTenant(handles, actor, narrowingOf(rule))
  const at = new Date(handles.now())
  const values = { ...rule, id: newId('rule'), ownerId: actor.userId, persona: actor.persona }
  return handles.db.transaction(async (tx) => {
    await enforceMost(tx, actor, alertRules, { most: MOST_ALERT_RULES, what: 'rules' })
    const [row] = await tx
      .insert(alertRules)
      .values({ ...values, createdAt: at, updatedAt: at })
      .returning()
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'alert_rule.create',
      resource: { type: 'alert_rule', id: values.id },
      after: rule,
    })
    return toRule(row!, null)
  })
}

/**
 * Changes a rule. Unless only its name or its letters change, it is another rule from then on: an alert of the old one is
 * resolved, and what was known of it is forgotten.
 * @param seen the revisions that the sender would change; undefined for any
 * @throws OrielError RESOURCE_NOT_FOUND; VALIDATION_ERROR by field; PRECONDITION_FAILED
 */
export async function updateRule(
  handles: Needs,
  { actor, requestId }: By,
  id: string,
  changes: UpdateAlertRuleRequest,
  seen?: readonly number[],
): Promise<AlertRule> {
  const wanted = { ...(await getRule(handles.db, actor, id)), ...changes }
  // A rule that is off may be about what is gone.
  if (wanted.enabled) await findTenant(handles, actor, narrowingOf(wanted))
  const at = new Date(handles.now())
  await handles.db.transaction(async (tx) => {
    const before = await lockRule(tx, actor, id, seen)
    checkFields(actor, { ...before, ...changes })
    const changed = Object.fromEntries(
      Object.entries(changes).filter(([field, value]) => before[field as keyof typeof changes] !== value),
    )
    if (Object.keys(changed).length === 0) return
    const isAnother = Object.keys(changed).some((field) => field !== 'name' && field !== 'byMail')
    await tx
      .update(alertRules)
      .set({
        ...changed,
        ...(isAnother && { ...UNKNOWN, ...(before.offReason !== null && { offReason: null }) }),
        revision: sql`${alertRules.revision} + 1`,
        updatedAt: at,
      })
      .where(eq(alertRules.id, id))
    if (isAnother) await resolveAlertOf(tx, id, at)
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'alert_rule.update',
      resource: { type: 'alert_rule', id },
      before: Object.fromEntries(
        Object.keys(changed).map((field) => [field, before[field as keyof typeof changes]]),
      ),
      after: changed,
    })
  })
  return getRule(handles.db, actor, id)
}

/**
 * Stops watching. Its alerts stay as what has happened.
 * @throws OrielError RESOURCE_NOT_FOUND, PRECONDITION_FAILED
 */
export async function deleteRule(
  { db, now }: Needs,
  { actor, requestId }: By,
  id: string,
  seen?: readonly number[],
): Promise<void> {
  await db.transaction(async (tx) => {
    const { name } = await lockRule(tx, actor, id, seen)
    await resolveAlertOf(tx, id, new Date(now()))
    await tx.delete(alertRules).where(eq(alertRules.id, id))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'alert_rule.delete',
      resource: { type: 'alert_rule', id },
      before: { name },
    })
  })
}

/** What is known of a rule that nobody has looked at. */
const UNKNOWN = {
  value: null,
  previous: null,
  knownTo: null,
  evaluatedAt: null,
  unknownSince: null,
  isArmed: true,
} as const

/** Ends the alert of a rule that is no longer what it was. */
export async function resolveAlertOf(tx: Queryable, ruleId: string, at: Date): Promise<void> {
  await tx
    .update(alerts)
    .set({ state: 'resolved', resolvedAt: at, resolvedBy: 'rule' })
    .where(and(eq(alerts.ruleId, ruleId), ne(alerts.state, 'resolved')))
}

/** @throws OrielError VALIDATION_ERROR */
function checkFields(
  actor: Watcher,
  rule: Pick<AlertRule, 'metric' | 'condition' | 'threshold' | 'implementationId' | 'projectId'>,
): void {
  const fields = []
  if (!metricsOf(actor).some(({ id }) => id === rule.metric))
    fields.push({ path: 'metric', message: 'You may not see this metric.' })
  if (rule.condition === 'changesBy' && rule.threshold <= 0)
    fields.push({ path: 'threshold', message: 'Must be more than 0: 0.5 is a change by half.' })
  if (rule.implementationId !== null && rule.projectId !== null)
    fields.push({ path: 'projectId', message: 'Choose a widget or a project, not both.' })
  if (fields.length > 0) throw invalidFields(fields)
}
