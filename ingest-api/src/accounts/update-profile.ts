import { eq } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import type { User } from '../../../schema/wire/api'
import type { ChangeEmailRequest, UpdateProfileRequest } from '../../../schema/wire/requests'
import type { Handles } from '../handles'
import type { By, SignedIn } from './actor'
import { writeAudit } from './audit'
import { confirmPassword } from './confirm-password'
import { getMe } from './get-me'
import { askToVerify } from './verify-email'

/** Changes what others read about the actor. */
export async function updateProfile(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By<SignedIn>,
  changes: UpdateProfileRequest,
): Promise<User> {
  const { userId } = actor
  await db.transaction(async (tx) => {
    const [before] = await tx
      .select({ name: users.name })
      .from(users)
      .where(eq(users.id, userId))
      .for('update')
    await tx
      .update(users)
      .set({ ...changes, updatedAt: new Date(now()) })
      .where(eq(users.id, userId))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'user.update',
      resource: { type: 'user', id: userId },
      before: before!,
      after: changes,
    })
  })
  return getMe({ db }, actor)
}

/**
 * Mails a link to a new address, which becomes the actor's once it is opened. Whether somebody has the address is
 * told to nobody but the mailbox.
 * @throws OrielError VALIDATION_ERROR when the password is not right, RATE_LIMIT_EXCEEDED within a minute
 */
export async function changeEmail(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  { actor }: By<SignedIn>,
  { email, password }: ChangeEmailRequest,
): Promise<void> {
  const { id: userId } = await confirmPassword(handles, actor, password)
  await handles.db.transaction((tx) => askToVerify(tx, handles, { userId, email: email.toLowerCase() }))
}

/** Mails the link for the address that the actor has, again. @throws OrielError RATE_LIMIT_EXCEEDED within a minute */
export async function resendVerification(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  { actor: { userId } }: By<SignedIn>,
): Promise<void> {
  await handles.db.transaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, userId))
    if (user && !user.emailVerifiedAt) await askToVerify(tx, handles, { userId, email: user.email })
  })
}
