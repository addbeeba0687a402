import { and, eq } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import type { ChangePasswordRequest } from '../../../schema/wire/requests'
import type { Handles } from '../handles'
import { queueMail } from '../mail/queue-mail'
import type { By, SignedIn } from './actor'
import { writeAudit } from './audit'
import { confirmPassword } from './confirm-password'
import { endSessionsOf } from './end-session'
import { passwordChangedLetter } from './letters'
import { hashPassword } from './password'

/**
 * Changes the password. Every other session of the user ends; this one goes on.
 * @throws OrielError VALIDATION_ERROR when the password until now is not right, RESOURCE_CONFLICT when another
 * request changed it at the same time
 */
export async function changePassword(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  { actor, requestId }: By<SignedIn>,
  { password, newPassword }: ChangePasswordRequest,
): Promise<void> {
  const { userId, sessionId } = actor
  const user = await confirmPassword(handles, actor, password)
  const passwordHash = await hashPassword(newPassword)
  const at = new Date(handles.now())
  await handles.db.transaction(async (tx) => {
    const changed = await tx
      .update(users)
      .set({ passwordHash, updatedAt: at })
      .where(and(eq(users.id, userId), eq(users.passwordHash, user.passwordHash)))
      .returning({ id: users.id })
    if (changed.length === 0)
      throw new OrielError('RESOURCE_CONFLICT', 'The password was changed at the same time elsewhere.')
    await endSessionsOf(tx, { userId, reason: 'password', at, requestId, except: sessionId })
    await queueMail(tx, handles, user.email, passwordChangedLetter(handles.config.baseUrl))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'user.change_password',
      resource: { type: 'user', id: userId },
    })
  })
}
