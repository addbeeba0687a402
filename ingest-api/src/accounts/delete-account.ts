import { and, count, eq, isNull, ne, or, sql } from 'drizzle-orm'
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
import type { By, SignedIn } from './actor'
import { writeAudit } from './audit'
import { confirmPassword } from './confirm-password'
import { endSessionsOf } from './end-session'
import { accountDeletedLetter } from './letters'

/**
 * Closes the actor's account and takes away what belongs to it: sessions, API keys, projects, implementations.
 * The rows stay for the ledger and the audit log; the address is free again.
 * @throws OrielError VALIDATION_ERROR when the password is not right; RESOURCE_CONFLICT while other people's sites
 * use one of the projects, or when nobody would be left to run the platform
 */
export async function deleteAccount(
  handles: Pick<Handles, 'db' | 'keys' | 'now'>,
  { actor, requestId }: By<SignedIn>,
  password: string,
): Promise<void> {
  const { userId } = actor
  const { email, roles } = await confirmPassword(handles, actor, password)
  const at = new Date(handles.now())
  await handles.db.transaction(async (tx) => {
    if (roles.includes('super_admin')) await keepAnAdmin(tx, userId)
    await refuseWhileInUse(tx, userId)
    const own = or(eq(widgetImplementations.endUserId, userId), eq(widgetImplementations.builderId, userId))
    await tx
      .update(widgetImplementations)
      .set({ deletedAt: at, updatedAt: at })
      .where(and(own, isNull(widgetImplementations.deletedAt)))
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
    await queueMail(tx, handles, email, accountDeletedLetter())
    await writeAudit(tx, { actor, requestId, action: 'user.delete', resource: { type: 'user', id: userId } })
  })
}

/** Locks the projects first, so that nobody can begin to use one that is about to go. */
async function refuseWhileInUse(tx: Queryable, builderId: string) {
  await tx.select({ id: projects.id }).from(projects).where(eq(projects.builderId, builderId)).for('update')
  const [used] = await tx
    .select({ sites: count() })
    .from(widgetImplementations)
    .where(
      and(
        eq(widgetImplementations.builderId, builderId),
        ne(widgetImplementations.endUserId, builderId),
        isNull(widgetImplementations.deletedAt),
      ),
    )
  if (used!.sites > 0)
    throw new OrielError(
      'RESOURCE_CONFLICT',
      `Your projects are in use: implementations of other people: ${used!.sites}. They have to go first.`,
    )
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
