import { and, eq, lte } from 'drizzle-orm'
import { refreshTokens, sessions } from '../../../schema/tables/sessions'
import type { Login } from '../../../schema/wire/api'
import { newId } from '../new-id'
import { ACCESS_SECONDS, signAccessToken } from './access-token'
import { writeAudit } from './audit'
import { digestOf, newRefreshToken, REFRESH_MS } from './refresh-token'
import type { SigningHandles } from './signing-keys'
import { toUser, type UserRow } from './users'

/** What a session ran on is forgotten this long after it is over; the audit log keeps that it was. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000

/** A request that signs in: what it runs on, as it says itself, and its id. */
export type Device = { userAgent: string | undefined; requestId: string }

/** What a signed-in client holds. Who may see the refresh token is the route's business. */
export type Tokens = Omit<Login, 'refreshToken'> & { refreshToken: string }

/** Starts a session of a user who has just proved who they are, with their active persona. */
export async function startSession(
  handles: SigningHandles,
  user: UserRow,
  { userAgent, requestId }: Device,
): Promise<Tokens> {
  const { id: userId, persona } = user
  const sessionId = newId('session')
  const refreshToken = newRefreshToken()
  const at = handles.now()
  const expiresAt = new Date(at + REFRESH_MS)
  await handles.db.transaction(async (tx) => {
    await tx
      .delete(sessions)
      .where(and(eq(sessions.userId, userId), lte(sessions.expiresAt, new Date(at - KEEP_MS))))
    await tx.insert(sessions).values({
      id: sessionId,
      userId,
      persona,
      userAgent: userAgent?.slice(0, 300) ?? null,
      createdAt: new Date(at),
      lastSeenAt: new Date(at),
      expiresAt,
    })
    await tx.insert(refreshTokens).values({ hash: digestOf(refreshToken), sessionId, expiresAt })
    await writeAudit(tx, {
      actor: { userId, persona },
      requestId,
      action: 'session.start',
      resource: { type: 'session', id: sessionId },
    })
  })
  const accessToken = await signAccessToken(handles, { userId, sessionId, persona })
  return { user: toUser(user, persona), accessToken, expiresIn: ACCESS_SECONDS, refreshToken }
}
