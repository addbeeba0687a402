import { and, eq, inArray, isNull, notExists, sql } from 'drizzle-orm'
import { alertRules, alerts } from '../../../schema/tables/alerts'
import { apiKeys } from '../../../schema/tables/api-keys'
import { idempotencyKeys } from '../../../schema/tables/idempotency-keys'
import { identities } from '../../../schema/tables/identities'
import { implementationOrigins, widgetImplementations } from '../../../schema/tables/implementations'
import { oneTimeTokens } from '../../../schema/tables/one-time-tokens'
import { subscriptions } from '../../../schema/tables/plans'
import { projects } from '../../../schema/tables/projects'
import { reports } from '../../../schema/tables/reports'
import { savedDashboards } from '../../../schema/tables/saved-dashboards'
import { recoveryCodes, secondFactors } from '../../../schema/tables/second-factors'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import { writeAudit } from '../accounts/audit'
import { accountErasedLetter } from '../accounts/letters'
import type { Queryable } from '../database'
import { queueMail } from '../mail/queue-mail'
import type { JobHandles, RunningJob } from './job'

/** What stands in place of a name that is gone. */
const FORMER_USER = 'Former user'
const FORMER_PROJECT = 'Former project'

/**
 * Takes the person out of a closed account, in one transaction. The id stays and means nobody: money, the audit log and
 * the releases of projects refer to it. Projects that other people's sites still run keep their name and their code,
 * which is no personal data; all others lose theirs.
 */
export async function eraseAccount(handles: JobHandles, job: RunningJob): Promise<void> {
  const { db, now } = handles
  const { ownerId: userId } = job
  const at = new Date(now())
  await db.transaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
    // Once it is empty, an earlier try has come this far.
    if (!user?.deletedAt || user.email === '') return
    await tx.delete(sessions).where(eq(sessions.userId, userId))
    await tx.delete(alerts).where(eq(alerts.ownerId, userId))
    await tx.delete(alertRules).where(eq(alertRules.ownerId, userId))
    await tx.delete(reports).where(eq(reports.ownerId, userId))
    await tx.delete(savedDashboards).where(eq(savedDashboards.ownerId, userId))
    await tx.delete(apiKeys).where(eq(apiKeys.userId, userId))
    await tx.delete(identities).where(eq(identities.userId, userId))
    await tx.delete(oneTimeTokens).where(eq(oneTimeTokens.userId, userId))
    await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId))
    await tx.delete(secondFactors).where(eq(secondFactors.userId, userId))
    await tx.delete(idempotencyKeys).where(eq(idempotencyKeys.ownerId, userId))
    await tx.delete(subscriptions).where(eq(subscriptions.userId, userId))
    await emptySites(tx, userId, at)
    await emptyProjects(tx, userId, at)
    await tx
      .update(users)
      .set({
        email: '',
        emailVerifiedAt: null,
        name: FORMER_USER,
        passwordHash: null,
        permissions: [],
        metadata: {},
        isActive: false,
        updatedAt: at,
      })
      .where(eq(users.id, userId))
    await writeAudit(tx, {
      actor: null,
      requestId: job.id,
      action: 'user.erase',
      resource: { type: 'user', id: userId },
    })
    await queueMail(tx, handles, user.email, accountErasedLetter())
  })
}

/** Implementations stay as what was counted and paid for, without the address of the site and what was set there. */
async function emptySites(tx: Queryable, endUserId: string, at: Date) {
  const own = tx
    .select({ id: widgetImplementations.id })
    .from(widgetImplementations)
    .where(eq(widgetImplementations.endUserId, endUserId))
  await tx.delete(implementationOrigins).where(inArray(implementationOrigins.implementationId, own))
  await tx
    .update(widgetImplementations)
    .set({
      name: 'Former widget',
      implementationUrl: '',
      embedCode: '',
      configuration: {},
      deletedAt: sql`coalesce(${widgetImplementations.deletedAt}, ${at.toISOString()})`,
    })
    .where(eq(widgetImplementations.endUserId, endUserId))
}

async function emptyProjects(tx: Queryable, builderId: string, at: Date) {
  await tx
    .update(projects)
    .set({ deletedAt: at })
    .where(and(eq(projects.builderId, builderId), isNull(projects.deletedAt)))
  const isUsed = tx
    .select({ one: sql`1` })
    .from(widgetImplementations)
    .where(and(eq(widgetImplementations.projectId, projects.id), isNull(widgetImplementations.deletedAt)))
  await tx
    .update(projects)
    .set({ name: FORMER_PROJECT, description: '', reviewNote: null })
    .where(and(eq(projects.builderId, builderId), notExists(isUsed)))
}
