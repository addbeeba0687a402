import { and, eq, isNull, ne, sql } from 'drizzle-orm'
import { apiKeys } from '../../../schema/tables/api-keys'
import { identities } from '../../../schema/tables/identities'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { oneTimeTokens } from '../../../schema/tables/one-time-tokens'
import { projects } from '../../../schema/tables/projects'
import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { queueMail } from '../mail/queue-mail'
import { startJob } from '../privacy/start-job'
import type { By, SignedIn } from './actor'
import { writeAudit } from './audit'
import { confirmPassword } from './confirm-password'
import { endSessionsOf } from './end-session'
import { accountDeletedLetter, builderLeftLetter } from './letters'
import { issueToken } from './one-time-token'

/**
 * Closes the actor's account: sessions, API keys and sign-in providers end, its widgets stop, its projects are offered to
 * nobody any more, and the address is free again. A link in a mail undoes it for 14 days; then a job erases the person.
 * Other people's sites go on showing what they show, and their owners are told.
 * @throws OrielError VALIDATION_ERROR when the password is not right; RESOURCE_CONFLICT when nobody would be left to
 * run the platform
 */
export async function deleteAccount(
  handles: Pick<Handles, 'config' | 'db' | 'keys' | 'now'>,
  { actor, requestId }: By<SignedIn>,
  password: string,
): Promise<void> {
  const { userId } = actor
  const { email, roles } = await confirmPassword(handles, actor, password)
  const at = new Date(handles.now())
  await handles.db.transaction(async (tx) => {
    if (roles.includes('super_admin')) await keepAnAdmin(tx, userId)
    await tx
      .update(widgetImplementations)
      .set({ deletedAt: at, updatedAt: at })
      .where(and(eq(widgetImplementations.endUserId, userId), isNull(widgetImplementations.deletedAt)))
    await tx
      .update(projects)
      .set({ deletedAt: at, updatedAt: at })
      .where(and(eq(projects.builderId, userId), isNull(projects.deletedAt)))
    await tx
      .update(apiKeys)
      .set({ revokedAt: at })
      .where(and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)))
    await tx.delete(identities).where(eq(identities.userId, userId))
    await tx.delete(oneTimeTokens).where(eq(oneTimeTokens.userId, userId))
    await tx.update(users).set({ deletedAt: at, updatedAt: at }).where(eq(users.id, userId))
    await endSessionsOf(tx, { userId, reason: 'deleted', at, requestId })
    await tellSites(tx, handles, userId)
    const token = await issueToken(tx, 'restore_account', { userId, email }, at.getTime())
    await queueMail(tx, handles, email, accountDeletedLetter(handles.config.baseUrl, token!))
    await startJob(tx, handles, { kind: 'erase_account', ownerId: userId })
    await writeAudit(tx, { actor, requestId, action: 'user.delete', resource: { type: 'user', id: userId } })
  })
}

/** Tells everybody whose sites run the builder's projects, once each. */
async function tellSites(tx: Queryable, handles: Pick<Handles, 'keys' | 'now'>, builderId: string) {
  const owners = await tx
    .select({ email: users.email, widgets: sql<string[]>`json_agg(${widgetImplementations.name})` })
    .from(widgetImplementations)
    .innerJoin(users, eq(users.id, widgetImplementations.endUserId))
    .where(
      and(
        eq(widgetImplementations.builderId, builderId),
        ne(users.id, builderId),
        isNull(widgetImplementations.deletedAt),
        isNull(users.deletedAt),
      ),
    )
    .groupBy(users.id)
  for (const { email, widgets } of owners) await queueMail(tx, handles, email, builderLeftLetter(widgets))
}

/** All super admins are locked, so that two of them cannot leave at the same time. */
async function keepAnAdmin(tx: Queryable, userId: string) {
  const admins = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(sql`${users.roles} ? 'super_admin'`, eq(users.isActive, true), isNull(users.deletedAt)))
    .orderBy(users.id)
    .for('update')
  if (admins.every(({ id }) => id === userId))
    throw new OrielError('RESOURCE_CONFLICT', 'You are the only super admin. Appoint another one first.')
}
