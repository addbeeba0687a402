import { and, eq, isNull } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import { isDatabaseError, UNIQUE_VIOLATION, type Queryable } from '../database'
import type { Handles } from '../handles'
import { queueMail } from '../mail/queue-mail'
import { writeAudit } from './audit'
import { emailChangedLetter, verifyLetter } from './letters'
import { issueToken, MAIL_EVERY_MS, spendToken, type Proof } from './one-time-token'

/**
 * Mails a link to an address; opening it proves that the address is the user's.
 * @throws OrielError RATE_LIMIT_EXCEEDED when one was mailed a moment ago
 */
export async function askToVerify(
  tx: Queryable,
  handles: Pick<Handles, 'keys' | 'now' | 'config'>,
  proof: Proof,
): Promise<void> {
  const token = await issueToken(tx, 'verify_email', proof, handles.now())
  if (!token)
    throw new OrielError('RATE_LIMIT_EXCEEDED', 'A link was mailed a moment ago. Please wait a minute.', {
      retryAfterSeconds: MAIL_EVERY_MS / 1000,
    })
  await queueMail(tx, handles, proof.email, verifyLetter(handles.config.baseUrl, token))
}

/**
 * Takes the token of such a link. When it was mailed to a new address, that becomes the user's, and the old one is
 * told.
 * @throws OrielError VALIDATION_ERROR for the token, RESOURCE_CONFLICT when somebody else has the address by now
 */
export async function verifyEmail(
  handles: Pick<Handles, 'db' | 'keys' | 'now'>,
  token: string,
  requestId: string,
): Promise<{ email: string }> {
  const at = handles.now()
  return handles.db
    .transaction(async (tx) => {
      const { userId, email } = await spendToken(tx, ['verify_email'], token, at)
      const [user] = await tx
        .select()
        .from(users)
        .where(and(eq(users.id, userId), isNull(users.deletedAt)))
        .for('update')
      if (!user) throw new OrielError('RESOURCE_NOT_FOUND', 'This account is gone.')
      await tx
        .update(users)
        .set({ email, emailVerifiedAt: new Date(at), updatedAt: new Date(at) })
        .where(eq(users.id, userId))
      if (user.email !== email) await queueMail(tx, handles, user.email, emailChangedLetter(email))
      await writeAudit(tx, {
        actor: { userId, persona: user.persona },
        requestId,
        action: 'user.verify_email',
        resource: { type: 'user', id: userId },
        after: { emailChanged: user.email !== email },
      })
      return { email }
    })
    .catch((error: unknown) => {
      if (!isDatabaseError(error, UNIQUE_VIOLATION)) throw error
      throw new OrielError('RESOURCE_CONFLICT', 'Another account has this email address.')
    })
}
