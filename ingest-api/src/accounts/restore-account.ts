import { and, eq } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { projects } from '../../../schema/tables/projects'
import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import { isDatabaseError, UNIQUE_VIOLATION } from '../database'
import type { Handles } from '../handles'
import { cancelErasure } from '../privacy/cancel-erasure'
import { writeAudit } from './audit'
import { spendToken } from './one-time-token'

/**
 * Undoes the closing of an account with the token of its mail: projects and widgets are as they were, and one signs in
 * as before. API keys and sign-in providers stay gone.
 * @throws OrielError VALIDATION_ERROR when the token is unknown, used or over; RESOURCE_CONFLICT when the address has a
 * new account by now, or the data is being erased already
 */
export async function restoreAccount(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  token: string,
  requestId: string,
): Promise<void> {
  const at = new Date(now())
  await db
    .transaction(async (tx) => {
      const { userId } = await spendToken(tx, ['restore_account'], token, at.getTime())
      const [user] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
      const closedAt = user?.deletedAt
      if (!closedAt || !(await cancelErasure(tx, userId, at)))
        throw new OrielError('RESOURCE_CONFLICT', 'This account cannot be brought back any more.')
      // What was removed before the account was closed stays removed.
      await tx
        .update(widgetImplementations)
        .set({ deletedAt: null, updatedAt: at })
        .where(
          and(eq(widgetImplementations.endUserId, userId), eq(widgetImplementations.deletedAt, closedAt)),
        )
      await tx
        .update(projects)
        .set({ deletedAt: null, updatedAt: at })
        .where(and(eq(projects.builderId, userId), eq(projects.deletedAt, closedAt)))
      await tx.update(users).set({ deletedAt: null, updatedAt: at }).where(eq(users.id, userId))
      const actor = { userId, persona: user.persona }
      await writeAudit(tx, {
        actor,
        requestId,
        action: 'user.come_back',
        resource: { type: 'user', id: userId },
      })
    })
    .catch((error: unknown) => {
      if (!isDatabaseError(error, UNIQUE_VIOLATION)) throw error
      throw new OrielError('RESOURCE_CONFLICT', 'Your address has a new account by now.')
    })
}
