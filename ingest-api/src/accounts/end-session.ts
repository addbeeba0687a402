import { and, eq, gt, isNull, ne } from 'drizzle-orm'
import { refreshTokens, sessions } from '../../../schema/tables/sessions'
import { OrielError } from '../../../schema/wire/error'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import type { By, SignedIn } from './actor'
import { writeAudit } from './audit'
import { digestOf } from './refresh-token'

/** `logout`: here; `revoked`: from the list of sessions; `reuse`: a spent refresh token came back too late. */
export type EndReason = 'logout' | 'revoked' | 'reuse'

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
export async function revokeOtherSessions(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  by: By<SignedIn>,
): Promise<number> {
  const at = new Date(now())
  return db.transaction(async (tx) => {
    const others = await tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(
        and(
          eq(sessions.userId, by.actor.userId),
          ne(sessions.id, by.actor.sessionId),
          isNull(sessions.revokedAt),
          gt(sessions.expiresAt, at),
        ),
      )
    for (const { id } of others) await endSession(tx, id, 'revoked', at, by.requestId)
    return others.length
  })
}
