import { and, count, desc, eq, inArray } from 'drizzle-orm'
import { alertRules, alerts } from '../../../schema/tables/alerts'
import type { Alert, AlertState } from '../../../schema/wire/alert'
import { OrielError } from '../../../schema/wire/error'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { offsetOf, pageOf, type Page, type Paging } from '../listing'
import { ownWatched, type Watcher } from './read-rules'

type AlertRow = typeof alerts.$inferSelect

/** One page of the actor's alerts, the newest first; of some states, or of one rule. */
export async function listAlerts(
  { db }: Pick<Handles, 'db'>,
  actor: Watcher,
  { state, rule, ...paging }: Paging & { state?: AlertState[] | undefined; rule?: string | undefined },
): Promise<Page<Alert>> {
  const where = and(
    ownWatched(actor, alerts),
    state && inArray(alerts.state, state),
    rule === undefined ? undefined : eq(alerts.ruleId, rule),
  )
  const [rows, [counted]] = await Promise.all([
    db
      .select()
      .from(alerts)
      .where(where)
      .orderBy(desc(alerts.openedAt), desc(alerts.id))
      .limit(paging.limit)
      .offset(offsetOf(paging)),
    db.select({ total: count() }).from(alerts).where(where),
  ])
  return pageOf(rows.map(toAlert), paging, counted!.total)
}

/** @throws OrielError RESOURCE_NOT_FOUND when it is not the actor's */
export const getAlert = async ({ db }: Pick<Handles, 'db'>, actor: Watcher, id: string): Promise<Alert> =>
  toAlert(await findAlert(db, actor, id))

/**
 * Says that somebody has seen an alert and is about it. Saying so again changes nothing.
 * @throws OrielError RESOURCE_NOT_FOUND; RESOURCE_CONFLICT when it is resolved
 */
export const acknowledgeAlert = (handles: Pick<Handles, 'db' | 'now'>, by: By, id: string): Promise<Alert> =>
  settle(handles, by, id, 'acknowledged', (row, at) => {
    if (row.state === 'resolved')
      throw new OrielError(
        'RESOURCE_CONFLICT',
        'This alert is resolved already, so there is nothing to be about.',
      )
    return { acknowledgedAt: at }
  })

/**
 * Ends an alert. If its rule still holds, it must stop holding before it can open another, so that nobody is told again
 * of what they have put aside. Resolving again changes nothing.
 * @throws OrielError RESOURCE_NOT_FOUND
 */
export const resolveAlert = (handles: Pick<Handles, 'db' | 'now'>, by: By, id: string): Promise<Alert> =>
  settle(handles, by, id, 'resolved', (_row, at) => ({ resolvedAt: at, resolvedBy: 'person' }))

async function settle(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
  state: 'acknowledged' | 'resolved',
  changesOf: (row: AlertRow, at: Date) => Partial<AlertRow>,
): Promise<Alert> {
  return db.transaction(async (tx) => {
    const { ruleId } = await findAlert(tx, actor, id)
    // In the order in which everybody takes them: the rule first, then its alert.
    if (ruleId)
      await tx.select({ id: alertRules.id }).from(alertRules).where(eq(alertRules.id, ruleId)).for('update')
    const [before] = await tx.select().from(alerts).where(eq(alerts.id, id)).for('update')
    const changes = changesOf(before!, new Date(now()))
    if (before!.state === state) return toAlert(before!)
    const [after] = await tx
      .update(alerts)
      .set({ state, ...changes })
      .where(eq(alerts.id, id))
      .returning()
    if (ruleId && state === 'resolved')
      await tx.update(alertRules).set({ isArmed: false }).where(eq(alertRules.id, ruleId))
    await writeAudit(tx, {
      actor,
      requestId,
      action: state === 'resolved' ? 'alert.resolve' : 'alert.acknowledge',
      resource: { type: 'alert', id },
      before: { state: before!.state },
      after: { state },
    })
    return toAlert(after!)
  })
}

async function findAlert(db: Queryable, actor: Watcher, id: string): Promise<AlertRow> {
  const [row] = await db
    .select()
    .from(alerts)
    .where(and(eq(alerts.id, id), ownWatched(actor, alerts)))
  if (!row) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no alert with this id.')
  return row
}

function toAlert({ ownerId: _owner, persona: _persona, ...row }: AlertRow): Alert {
  return {
    ...row,
    openedAt: row.openedAt.getTime(),
    heldTo: row.heldTo.getTime(),
    acknowledgedAt: row.acknowledgedAt?.getTime() ?? null,
    resolvedAt: row.resolvedAt?.getTime() ?? null,
  }
}
