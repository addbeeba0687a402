import { and, eq } from 'drizzle-orm'
import { recoveryCodes, secondFactors } from '../../../schema/tables/second-factors'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { unseal } from '../seal'
import { digestOf } from './refresh-token'
import { findTotpStep } from './totp'

/** Guesses in a row, and how long the next one then has to wait. */
const MAX_FAILURES = 5
const LOCK_MS = 15 * 60 * 1000

/** What the secret of a user is sealed for. */
export const secretPurposeOf = (userId: string) => `second factor of ${userId}`

/** How a recovery code is compared: without case, blanks and dashes. */
export const digestOfRecoveryCode = (code: string): string =>
  digestOf(code.toUpperCase().replace(/[^A-Z2-7]/g, ''))

/** Whether signing in as this user takes a second step. */
export async function hasSecondFactor(db: Queryable, userId: string): Promise<boolean> {
  const [factor] = await db
    .select({ confirmedAt: secondFactors.confirmedAt })
    .from(secondFactors)
    .where(eq(secondFactors.userId, userId))
  return Boolean(factor?.confirmedAt)
}

/**
 * Takes a code of the user's authenticator, or one of the recovery codes; each works once.
 * @throws OrielError VALIDATION_ERROR of the field `code`; RATE_LIMIT_EXCEEDED after five wrong ones in a row
 */
export async function checkSecondFactor(
  { db, keys, now }: Pick<Handles, 'db' | 'keys' | 'now'>,
  userId: string,
  code: string,
): Promise<void> {
  const at = now()
  // A wrong code is counted in a transaction that stands; only then the request is refused.
  const waitMs = await db.transaction(async (tx) => {
    const [factor] = await tx
      .select()
      .from(secondFactors)
      .where(eq(secondFactors.userId, userId))
      .for('update')
    if (!factor) return 0
    const isOver = !factor.failedAt || at - factor.failedAt.getTime() >= LOCK_MS
    const failures = isOver ? 0 : factor.failures
    if (failures >= MAX_FAILURES) return factor.failedAt!.getTime() + LOCK_MS - at
    const set = (values: Partial<typeof secondFactors.$inferInsert>) =>
      tx.update(secondFactors).set(values).where(eq(secondFactors.userId, userId))
    const step = findTotpStep(await unseal(keys, secretPurposeOf(userId), factor.sealedSecret), code, at)
    const isFresh = step !== undefined && step > factor.lastStep
    if (isFresh || (await spendRecoveryCode(tx, userId, code))) {
      await set({ failures: 0, failedAt: null, ...(isFresh && { lastStep: step }) })
      return undefined
    }
    await set({ failures: failures + 1, failedAt: new Date(at) })
    return 0
  })
  if (waitMs === undefined) return
  if (waitMs === 0) throw invalidFields([{ path: 'code', message: 'Is not right, or was used already.' }])
  throw new OrielError('RATE_LIMIT_EXCEEDED', 'Too many wrong codes. Please wait a while.', {
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  })
}

async function spendRecoveryCode(tx: Queryable, userId: string, code: string): Promise<boolean> {
  const spent = await tx
    .delete(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.hash, digestOfRecoveryCode(code))))
    .returning({ hash: recoveryCodes.hash })
  return spent.length > 0
}
