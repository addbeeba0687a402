import { randomBytes } from 'node:crypto'
import { count, eq, isNull } from 'drizzle-orm'
import { recoveryCodes, secondFactors } from '../../../schema/tables/second-factors'
import { users } from '../../../schema/tables/users'
import type { SecondFactor, SecondFactorEnrolment } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { DisableSecondFactorRequest } from '../../../schema/wire/requests'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { queueMail } from '../mail/queue-mail'
import { seal } from '../seal'
import type { Actor, By, SignedIn } from './actor'
import { writeAudit } from './audit'
import {
  checkSecondFactor,
  digestOfRecoveryCode,
  hasSecondFactor,
  secretPurposeOf,
} from './check-second-factor'
import { confirmPassword } from './confirm-password'
import { secondFactorLetter } from './letters'
import { newTotpSecret, toBase32, totpUri } from './totp'

const RECOVERY_CODES = 10

/** Whether the actor signs in with a second step, and how many recovery codes are left. */
export async function getSecondFactor({ db }: Pick<Handles, 'db'>, { userId }: Actor): Promise<SecondFactor> {
  const [left] = await db
    .select({ codes: count() })
    .from(recoveryCodes)
    .where(eq(recoveryCodes.userId, userId))
  return { enabled: await hasSecondFactor(db, userId), recoveryCodes: left!.codes }
}

/**
 * Begins with an authenticator app. Nothing changes for signing in until its first code is confirmed.
 * @throws OrielError VALIDATION_ERROR when the password is not right, RESOURCE_CONFLICT when there is one already
 */
export async function enrolSecondFactor(
  handles: Pick<Handles, 'db' | 'keys' | 'now'>,
  { actor }: By<SignedIn>,
  password: string,
): Promise<SecondFactorEnrolment> {
  const { id: userId, email } = await confirmPassword(handles, actor, password)
  const secret = newTotpSecret()
  const sealedSecret = await seal(handles.keys, secretPurposeOf(userId), secret)
  const fresh = { sealedSecret, lastStep: 0, failures: 0, failedAt: null, createdAt: new Date(handles.now()) }
  const stored = await handles.db
    .insert(secondFactors)
    .values({ userId, ...fresh })
    .onConflictDoUpdate({
      target: secondFactors.userId,
      set: fresh,
      setWhere: isNull(secondFactors.confirmedAt),
    })
    .returning({ userId: secondFactors.userId })
  if (stored.length === 0)
    throw new OrielError('RESOURCE_CONFLICT', 'There is an authenticator already. Turn it off first.')
  return { secret, uri: totpUri(secret, email) }
}

/**
 * Turns the second step on with the first code of the app, and answers recovery codes, once.
 * @throws OrielError VALIDATION_ERROR of the code, RATE_LIMIT_EXCEEDED, RESOURCE_CONFLICT when it is on already
 */
export async function confirmSecondFactor(
  handles: Pick<Handles, 'db' | 'keys' | 'now'>,
  by: By<SignedIn>,
  code: string,
): Promise<{ recoveryCodes: string[] }> {
  const { userId } = by.actor
  if (await hasSecondFactor(handles.db, userId))
    throw new OrielError('RESOURCE_CONFLICT', 'The second step is on already.')
  await checkSecondFactor(handles, userId, code)
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
  await handles.db.transaction(async (tx) => {
    await tx
      .update(secondFactors)
      .set({ confirmedAt: new Date(handles.now()) })
      .where(eq(secondFactors.userId, userId))
    await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId))
    await tx.insert(recoveryCodes).values(codes.map((code) => ({ userId, hash: digestOfRecoveryCode(code) })))
    await tellOwner(tx, handles, by, { userId, enabled: true })
  })
  return { recoveryCodes: codes }
}

/**
 * Turns the second step off.
 * @throws OrielError VALIDATION_ERROR of the password or the code, RATE_LIMIT_EXCEEDED
 */
export async function disableSecondFactor(
  handles: Pick<Handles, 'db' | 'keys' | 'now'>,
  by: By<SignedIn>,
  { password, code }: DisableSecondFactorRequest,
): Promise<void> {
  const { id: userId } = await confirmPassword(handles, by.actor, password)
  await checkSecondFactor(handles, userId, code)
  await handles.db.transaction(async (tx) => {
    await forgetSecondFactor(tx, userId)
    await tellOwner(tx, handles, by, { userId, enabled: false })
  })
}

/**
 * Turns somebody's second step off for them, when phone and recovery codes are lost. Who they are was made sure of
 * elsewhere; they are told by mail.
 * @throws OrielError RESOURCE_NOT_FOUND when there is none
 */
export async function removeSecondFactor(
  handles: Pick<Handles, 'db' | 'keys' | 'now'>,
  by: By,
  userId: string,
): Promise<void> {
  await handles.db.transaction(async (tx) => {
    if (!(await forgetSecondFactor(tx, userId)))
      throw new OrielError('RESOURCE_NOT_FOUND', 'This user has no second step.')
    await tellOwner(tx, handles, by, { userId, enabled: false })
  })
}

/** Takes the authenticator and its recovery codes away; answers whether there was one. */
export async function forgetSecondFactor(tx: Queryable, userId: string): Promise<boolean> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId))
  const forgotten = await tx
    .delete(secondFactors)
    .where(eq(secondFactors.userId, userId))
    .returning({ userId: secondFactors.userId })
  return forgotten.length > 0
}

async function tellOwner(
  tx: Queryable,
  handles: Pick<Handles, 'keys' | 'now'>,
  { actor, requestId }: By,
  { userId, enabled }: { userId: string; enabled: boolean },
): Promise<void> {
  const [user] = await tx.select({ email: users.email }).from(users).where(eq(users.id, userId))
  await queueMail(tx, handles, user!.email, secondFactorLetter(enabled))
  await writeAudit(tx, {
    actor,
    requestId,
    action: enabled ? 'second_factor.enable' : 'second_factor.disable',
    resource: { type: 'user', id: userId },
  })
}

/** 80 random bits, in four groups that can be read aloud: `ABCD-EFGH-IJKL-MNOP`. */
const newRecoveryCode = (): string => toBase32(randomBytes(10)).replace(/(.{4})(?=.)/g, '$1-')
