import { and, eq, gt, isNull, lte } from 'drizzle-orm'
import { refreshTokens, sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { queueMail } from '../mail/queue-mail'
import { ACCESS_SECONDS, signAccessToken } from './access-token'
import { nameDevice } from './device'
import { endSession } from './end-session'
import { findSession } from './find-session'
import { sessionEndedLetter } from './letters'
import { digestOf, GRACE_MS, REFRESH_MS, successorOf } from './refresh-token'
import type { SigningHandles } from './signing-keys'
import type { Tokens } from './start-session'
import { toUser } from './users'

const ended = () => new OrielError('AUTH_ERROR', 'This session has ended. Please sign in again.')

/**
 * Spends a refresh token and gives its successor, by compare-and-set: of two requests with the same token one spends
 * it, and the other, within the grace, is given the same successor. Later than that the token is in a second pair of
 * hands, so the whole session ends and the audit log keeps why. Logging out wins against a refresh in flight,
 * because both lock the session's row.
 * @throws OrielError AUTH_ERROR when the token is unknown, over or used again, or its session has ended
 */
export async function refreshSession(
  handles: SigningHandles & Pick<Handles, 'config'>,
  token: string,
  requestId: string,
): Promise<Tokens> {
  const { db, keys } = handles
  const at = new Date(handles.now())
  const refreshToken = successorOf(keys, token)
  const session = await db.transaction(async (tx) => {
    const spent = await spend(tx, token, refreshToken, at)
    if (!spent) throw ended()
    if (!spent.reused) return extend(tx, spent.sessionId, at)
    await endSession(tx, spent.sessionId, 'reuse', at, requestId)
    await tellOwner(tx, handles, spent.sessionId)
    return undefined
  })
  if (!session) throw ended()
  const { sessionId, user, persona } = session
  const accessToken = await signAccessToken(handles, { userId: user.id, sessionId, persona })
  return { user: toUser(user, persona), accessToken, expiresIn: ACCESS_SECONDS, refreshToken }
}

/** Writes to the owner of a session that was ended because its token was used twice. */
async function tellOwner(
  tx: Queryable,
  handles: Pick<Handles, 'keys' | 'now' | 'config'>,
  sessionId: string,
): Promise<void> {
  const [owner] = await tx
    .select({ email: users.email, userAgent: sessions.userAgent })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.id, sessionId), isNull(users.deletedAt)))
  if (!owner) return
  const letter = sessionEndedLetter(handles.config.baseUrl, nameDevice(owner.userAgent))
  await queueMail(tx, handles, owner.email, letter)
}

async function spend(
  tx: Queryable,
  token: string,
  successor: string,
  at: Date,
): Promise<{ sessionId: string; reused: boolean } | undefined> {
  const hash = digestOf(token)
  const [spent] = await tx
    .update(refreshTokens)
    .set({ spentAt: at })
    .where(and(eq(refreshTokens.hash, hash), isNull(refreshTokens.spentAt), gt(refreshTokens.expiresAt, at)))
    .returning({ sessionId: refreshTokens.sessionId })
  if (spent) {
    await tx.insert(refreshTokens).values({
      hash: digestOf(successor),
      parentHash: hash,
      sessionId: spent.sessionId,
      expiresAt: new Date(at.getTime() + REFRESH_MS),
    })
    await tx
      .delete(refreshTokens)
      .where(and(eq(refreshTokens.sessionId, spent.sessionId), lte(refreshTokens.expiresAt, at)))
    return { ...spent, reused: false }
  }
  const [known] = await tx.select().from(refreshTokens).where(eq(refreshTokens.hash, hash))
  if (!known?.spentAt) return undefined
  return { sessionId: known.sessionId, reused: at.getTime() - known.spentAt.getTime() > GRACE_MS }
}

async function extend(tx: Queryable, sessionId: string, at: Date) {
  await tx
    .update(sessions)
    .set({ lastSeenAt: at, expiresAt: new Date(at.getTime() + REFRESH_MS) })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt), gt(sessions.expiresAt, at)))
  const session = await findSession(tx, sessionId, at)
  if (!session) throw ended()
  return { sessionId, ...session }
}
