import { and, eq, gt, inArray, lte } from 'drizzle-orm'
import { oneTimeTokens, type TokenPurpose } from '../../../schema/tables/one-time-tokens'
import { invalidFields } from '../../../schema/wire/error'
import type { Queryable } from '../database'
import { digestOf, newRefreshToken } from './refresh-token'

const HOUR_MS = 60 * 60 * 1000
const LIFETIME_MS: Record<TokenPurpose, number> = {
  verify_email: 24 * HOUR_MS,
  reset_password: HOUR_MS,
  accept_invitation: 7 * 24 * HOUR_MS,
  restore_account: 14 * 24 * HOUR_MS,
}

/** A mailbox gets a link for one purpose this often at most. */
export const MAIL_EVERY_MS = 60_000

/** What a link's token says once it came back: this user has the mailbox of this address. */
export type Proof = { userId: string; email: string }

/**
 * Makes the token of a link. An older one of the same user for the same purpose stops working.
 * @returns undefined when the older one is younger than a minute: nobody's mailbox is to be flooded through us
 */
export async function issueToken(
  tx: Queryable,
  purpose: TokenPurpose,
  { userId, email }: Proof,
  at: number,
): Promise<string | undefined> {
  const token = newRefreshToken()
  const values = {
    hash: digestOf(token),
    email,
    createdAt: new Date(at),
    expiresAt: new Date(at + LIFETIME_MS[purpose]),
  }
  const issued = await tx
    .insert(oneTimeTokens)
    .values({ userId, purpose, ...values })
    .onConflictDoUpdate({
      target: [oneTimeTokens.userId, oneTimeTokens.purpose],
      set: values,
      setWhere: lte(oneTimeTokens.createdAt, new Date(at - MAIL_EVERY_MS)),
    })
    .returning({ userId: oneTimeTokens.userId })
  return issued.length > 0 ? token : undefined
}

/**
 * Takes a token for good; of two requests with the same one only one gets it.
 * @throws OrielError VALIDATION_ERROR when it is unknown, used or over
 */
export async function spendToken(
  tx: Queryable,
  purposes: TokenPurpose[],
  token: string,
  at: number,
): Promise<Proof> {
  const [proof] = await tx
    .delete(oneTimeTokens)
    .where(
      and(
        eq(oneTimeTokens.hash, digestOf(token)),
        inArray(oneTimeTokens.purpose, purposes),
        gt(oneTimeTokens.expiresAt, new Date(at)),
      ),
    )
    .returning({ userId: oneTimeTokens.userId, email: oneTimeTokens.email })
  if (!proof)
    throw invalidFields([{ path: 'token', message: 'This link was used or is too old. Ask for a new one.' }])
  return proof
}
