import { and, eq, lt } from 'drizzle-orm'
import { idempotencyKeys } from '../../schema/tables/idempotency-keys'
import { OrielError } from '../../schema/wire/error'
import type { Handles } from './handles'
import { seal, unseal } from './seal'

/** An answer can be asked for again for this long. */
const KEPT_MS = 24 * 60 * 60 * 1000

/** A request that its sender wants to be done at most once. `hash` is of everything that matters in it. */
export type KeyedRequest = { ownerId: string; key: string; hash: string }
export type KeptAnswer = { status: number; answer: string }

/** Answers are sealed, because one of them can be a new API key; each opens for its owner's own request only. */
const purposeOf = ({ ownerId, key }: KeyedRequest) => `answer of ${ownerId} to ${key}`

/**
 * Takes a key for a request, or gives the answer that the request with this key got.
 *
 * A request that was cut short, by a crash between its work and its answer, leaves its key taken until it expires:
 * nobody knows then whether it was done, and doing it twice is what the key is there to prevent.
 * @throws OrielError IDEMPOTENCY_KEY_REUSED for another request with the same key; RESOURCE_CONFLICT while it is under way
 */
export async function claimKey(
  { db, keys, now }: Pick<Handles, 'db' | 'keys' | 'now'>,
  request: KeyedRequest,
): Promise<KeptAnswer | undefined> {
  const { ownerId, key, hash } = request
  const at = now()
  await db.delete(idempotencyKeys).where(lt(idempotencyKeys.expiresAt, new Date(at)))
  const [claimed] = await db
    .insert(idempotencyKeys)
    .values({ ownerId, key, requestHash: hash, createdAt: new Date(at), expiresAt: new Date(at + KEPT_MS) })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key })
  if (claimed) return undefined
  const [earlier] = await db
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.ownerId, ownerId), eq(idempotencyKeys.key, key)))
  if (earlier && earlier.requestHash !== hash)
    throw new OrielError(
      'IDEMPOTENCY_KEY_REUSED',
      'This Idempotency-Key came with another request before. Every request needs its own.',
    )
  // Gone by now: the other one has just failed, and this one may try again.
  if (!earlier || earlier.status === null || earlier.answer === null)
    throw new OrielError('RESOURCE_CONFLICT', 'A request with this Idempotency-Key is under way.', {
      retryAfterSeconds: 1,
    })
  const answer = await unseal(keys, purposeOf(request), earlier.answer).catch(() => {
    // The server has another secret since.
    throw new OrielError(
      'RESOURCE_CONFLICT',
      'This request was done, and its answer cannot be read any more.',
    )
  })
  return { status: earlier.status, answer }
}

/** Keeps what a request was answered. */
export async function keepAnswer(
  { db, keys }: Pick<Handles, 'db' | 'keys'>,
  request: KeyedRequest,
  { status, answer }: KeptAnswer,
): Promise<void> {
  const sealed = await seal(keys, purposeOf(request), answer)
  await db.update(idempotencyKeys).set({ status, answer: sealed }).where(isKeyOf(request))
}

/** Frees the key of a request that was refused and did nothing. */
export async function freeKey({ db }: Pick<Handles, 'db'>, request: KeyedRequest): Promise<void> {
  await db.delete(idempotencyKeys).where(isKeyOf(request))
}

const isKeyOf = ({ ownerId, key }: KeyedRequest) =>
  and(eq(idempotencyKeys.ownerId, ownerId), eq(idempotencyKeys.key, key))
