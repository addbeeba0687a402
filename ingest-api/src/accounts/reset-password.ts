import { and, eq, isNull, sql } from 'drizzle-orm'
import { setTimeout as sleep } from 'node:timers/promises'
import { apiKeys } from '../../../schema/tables/api-keys'
import type { TokenPurpose } from '../../../schema/tables/one-time-tokens'
import { users } from '../../../schema/tables/users'
import { invalidFields } from '../../../schema/wire/error'
import type { ResetRequest } from '../../../schema/wire/requests'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { queueMail } from '../mail/queue-mail'
import { writeAudit } from './audit'
import { endSessionsOf } from './end-session'
import { invitationLetter, passwordChangedLetter, resetLetter } from './letters'
import { issueToken, spendToken, type Proof } from './one-time-token'
import { hashPassword } from './password'
import { forgetSecondFactor } from './set-second-factor'

/** Long enough to write a mail, so that the time of the answer does not tell who has an account. */
const EVEN_MS = 150

/** Mails a link for a new password, if there is such an account and none was mailed just now. The answer is the same for every address. */
export async function forgotPassword(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  email: string,
): Promise<void> {
  await Promise.all([mailResetLink(handles, email.toLowerCase()), sleep(EVEN_MS)])
}

async function mailResetLink(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  email: string,
): Promise<void> {
  await handles.db.transaction(async (tx) => {
    const [user] = await tx
      .select({ userId: users.id, email: users.email })
      .from(users)
      .where(and(eq(sql`lower(${users.email})`, email), eq(users.isActive, true), isNull(users.deletedAt)))
    if (!user) return
    const token = await issueToken(tx, 'reset_password', user, handles.now())
    if (token) await queueMail(tx, handles, user.email, resetLetter(handles.config.baseUrl, token))
  })
}

/** Mails a link by which somebody for whom an account was made chooses its password. */
export async function invite(
  tx: Queryable,
  handles: Pick<Handles, 'keys' | 'now' | 'config'>,
  proof: Proof,
): Promise<void> {
  const token = await issueToken(tx, 'accept_invitation', proof, handles.now())
  if (token) await queueMail(tx, handles, proof.email, invitationLetter(handles.config.baseUrl, token))
}

/**
 * Sets a new password with the token of such a link. Every session of the user ends. The link came to the address, so
 * that is confirmed too; until then anybody may have used the account, so what they left in it goes.
 * @throws OrielError VALIDATION_ERROR for the token
 */
export async function resetPassword(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  { token, password }: ResetRequest,
  requestId: string,
): Promise<void> {
  const at = new Date(handles.now())
  const passwordHash = await hashPassword(password)
  await handles.db.transaction(async (tx) => {
    const purposes: TokenPurpose[] = ['reset_password', 'accept_invitation']
    const { userId, email } = await spendToken(tx, purposes, token, at.getTime())
    const [user] = await tx
      .select()
      .from(users)
      .where(and(eq(users.id, userId), eq(users.email, email), isNull(users.deletedAt)))
      .for('update')
    if (!user)
      throw invalidFields([
        { path: 'token', message: 'The address of this account has changed. Ask for a new link.' },
      ])
    if (!user.emailVerifiedAt) await forgetStrangers(tx, userId, at)
    await tx
      .update(users)
      .set({ passwordHash, emailVerifiedAt: at, updatedAt: at })
      .where(eq(users.id, userId))
    await endSessionsOf(tx, { userId, reason: 'password', at, requestId })
    await queueMail(tx, handles, email, passwordChangedLetter(handles.config.baseUrl))
    await writeAudit(tx, {
      actor: { userId, persona: user.persona },
      requestId,
      action: 'user.reset_password',
      resource: { type: 'user', id: userId },
    })
  })
}

/** Takes away the other ways into an account that was used before its address was confirmed. */
async function forgetStrangers(tx: Queryable, userId: string, at: Date): Promise<void> {
  await tx
    .update(apiKeys)
    .set({ revokedAt: at })
    .where(and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)))
  await forgetSecondFactor(tx, userId)
}
