import { and, eq, gt, isNull, ne } from 'drizzle-orm'
import { refreshTokens, sessions } from '../../../schema/tables/sessions'
import { OrielError } from '../../../schema/wire/error'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import type { By, SignedIn } from './actor'
import { writeAudit } from './audit'
import { digestOf } from './refresh-token'

/**
 * `logout`: here; `revoked`: from the list of sessions; `reuse`: a spent refresh token came back too late; `password`:
 * there is a new one; `deleted`: the account is.
 */
export type EndReason = 'logout' | 'revoked' | 'reuse' | 'password' | 'deleted'

/** Ends a session that has not ended yet, and with it every token of it. */
export async function endSession(
  db: Queryable,
  sessionId: string,
  reason: EndReason,
  at: Date,
  requestId: string,
): Promise<void> {
  const [ended] = await db
    .update(sessions)
    .set({ revokedAt: at, revokeReason: reason })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt)))
    .returning({ userId: sessions.userId, persona: sessions.persona })
  if (!ended) return
  await writeAudit(db, {
    // After a reuse nobody knows whose request it was.
    actor: reason === 'reuse' ? null : ended,
    requestId,
    action: 'session.end',
    resource: { type: 'session', id: sessionId },
    after: { reason, userId: ended.userId },
  })
}

/** Ends the session that a refresh token belongs to, if there is one: signing out works with an old access token. */
export async function endSessionOfToken(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  refreshToken: string,
  requestId: string,
): Promise<void> {
  const [token] = await db
    .select({ sessionId: refreshTokens.sessionId })
    .from(refreshTokens)
    .where(eq(refreshTokens.hash, digestOf(refreshToken)))
  if (!token) return
  await db.transaction((tx) => endSession(tx, token.sessionId, 'logout', new Date(now()), requestId))
}

/**
 * Ends one of the actor's own sessions.
 * @throws OrielError RESOURCE_NOT_FOUND when it is not theirs or not alive
 */
export async function revokeSession(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  by: By,
  sessionId: string,
): Promise<void> {
  const at = new Date(now())
  await db.transaction(async (tx) => {
    const [own] = await tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(
        and(eq(sessions.id, sessionId), eq(sessions.userId, by.actor.userId), isNull(sessions.revokedAt)),
      )
    if (!own) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no session with this id.')
    await endSession(tx, sessionId, sessionId === by.actor.sessionId ? 'logout' : 'revoked', at, by.requestId)
  })
}

/** Ends every session of the actor but the one that asks; answers how many. */
export const revokeOtherSessions = (
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor: { userId, sessionId }, requestId }: By<SignedIn>,
): Promise<number> =>
  db.transaction((tx) =>
    endSessionsOf(tx, { userId, reason: 'revoked', at: new Date(now()), requestId, except: sessionId }),
  )

/** Ends every session of a user, except one if it is named; answers how many there were. */
export async function endSessionsOf(
  tx: Queryable,
  how: { userId: string; reason: EndReason; at: Date; requestId: string; except?: string },
): Promise<number> {
  const { userId, reason, at, requestId, except } = how
  const found = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, userId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, at),
        ...(except === undefined ? [] : [ne(sessions.id, except)]),
      ),
    )
  for (const { id } of found) await endSession(tx, id, reason, at, requestId)
  return found.length
}
