import { and, eq, isNull } from 'drizzle-orm'
import { plans, subscriptions } from '../../../schema/tables/plans'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { AdminUser, UpdateUserRequest, UserAction } from '../../../schema/wire/admin'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import { isDatabaseError, UNIQUE_VIOLATION, type Queryable } from '../database'
import type { Handles } from '../handles'
import type { By } from './actor'
import { writeAudit } from './audit'
import { cancelErasure } from '../privacy/cancel-erasure'
import { startJob } from '../privacy/start-job'
import { getUser, userNotFound } from './list-users'

/**
 * Changes what a user is called, may act as, may do, and is on. What they may no longer be ends at once, because every
 * request asks anew.
 * @throws OrielError RESOURCE_NOT_FOUND; VALIDATION_ERROR for an unknown plan; RESOURCE_CONFLICT when a super admin
 * would give up being one
 */
export async function updateUser(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
  { name, personas, grants, plan }: UpdateUserRequest,
): Promise<AdminUser> {
  const at = new Date(now())
  await db.transaction(async (tx) => {
    const before = await lockUser(tx, id)
    if (id === actor.userId && personas && !personas.includes('super_admin'))
      throw new OrielError('RESOURCE_CONFLICT', 'Nobody takes the super admin away from themselves.')
    const roles = personas && [...new Set(personas)]
    const persona = roles && !roles.includes(before.persona) ? roles[0] : undefined
    await tx
      .update(users)
      .set({
        updatedAt: at,
        ...(name !== undefined && { name }),
        ...(roles && { roles }),
        ...(persona && { persona }),
        ...(grants && { permissions: [...new Set(grants)] }),
      })
      .where(eq(users.id, id))
    if (plan !== undefined) await setPlan(tx, id, plan, at)
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'user.update',
      resource: { type: 'user', id },
      // Whose name it was is not for a log that never forgets.
      before: { personas: before.roles, grants: before.permissions },
      after: { ...(name !== undefined && { renamed: true }), personas: roles, grants, plan },
    })
  })
  return getUser({ db }, id)
}

/**
 * Suspends or removes a user, which ends all their sessions, or brings one back. Who stays removed for 14 days is erased.
 * @throws OrielError RESOURCE_NOT_FOUND; RESOURCE_CONFLICT for oneself, or when the address has a new account
 */
export async function setUserState(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
  action: UserAction,
): Promise<AdminUser> {
  const at = new Date(now())
  await db
    .transaction(async (tx) => {
      if (id === actor.userId) throw new OrielError('RESOURCE_CONFLICT', `Nobody can ${action} themselves.`)
      const { isActive, deletedAt, email } = await lockUser(tx, id)
      if (email === '') throw new OrielError('RESOURCE_CONFLICT', 'This user was erased.')
      await tx
        .update(users)
        .set({ ...CHANGES[action](at), updatedAt: at })
        .where(eq(users.id, id))
      if (action === 'remove' && !deletedAt)
        await startJob(tx, { now }, { kind: 'erase_account', ownerId: id })
      if (action === 'restore' && deletedAt) await cancelErasure(tx, id, at)
      const ended =
        action === 'restore'
          ? []
          : await tx
              .update(sessions)
              .set({ revokedAt: at, revokeReason: action })
              .where(and(eq(sessions.userId, id), isNull(sessions.revokedAt)))
              .returning({ id: sessions.id })
      await writeAudit(tx, {
        actor,
        requestId,
        action: `user.${action}`,
        resource: { type: 'user', id },
        before: { isActive, removed: deletedAt !== null },
        after: { endedSessions: ended.length },
      })
    })
    .catch((error: unknown) => {
      if (!isDatabaseError(error, UNIQUE_VIOLATION)) throw error
      throw new OrielError('RESOURCE_CONFLICT', 'The address of this user has a new account by now.')
    })
  return getUser({ db }, id)
}

const CHANGES: Record<UserAction, (at: Date) => { isActive?: boolean; deletedAt?: Date | null }> = {
  suspend: () => ({ isActive: false }),
  restore: () => ({ isActive: true, deletedAt: null }),
  remove: (at) => ({ deletedAt: at }),
}

async function lockUser(tx: Queryable, id: string): Promise<typeof users.$inferSelect> {
  const [user] = await tx.select().from(users).where(eq(users.id, id)).for('update')
  if (!user) throw userNotFound()
  return user
}

async function setPlan(tx: Queryable, userId: string, planId: string, at: Date) {
  const [plan] = await tx.select({ id: plans.id }).from(plans).where(eq(plans.id, planId))
  if (!plan) throw invalidFields([{ path: 'plan', message: 'There is no such plan.' }])
  await tx
    .insert(subscriptions)
    .values({ userId, planId, createdAt: at, updatedAt: at })
    .onConflictDoUpdate({ target: subscriptions.userId, set: { planId, updatedAt: at } })
}
