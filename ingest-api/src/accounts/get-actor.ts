import { and, eq } from 'drizzle-orm'
import { sessions } from '../../../schema/tables/sessions'
import { OrielError } from '../../../schema/wire/error'
import { readAccessToken } from './access-token'
import type { SignedIn } from './actor'
import { findSession } from './find-session'
import { getImpersonator } from './impersonate'
import { isStale } from './session-times'
import type { SigningHandles } from './signing-keys'
import { permissionsOf } from './users'

/**
 * Who holds an access token. The session and the user are looked up by primary key each time, so that an ended
 * session and a suspended user are out at once and not when the token runs out.
 * @throws OrielError TOKEN_INVALID, TOKEN_EXPIRED (also after the persona was switched: refresh), AUTH_ERROR
 */
export async function getActor(handles: SigningHandles, accessToken: string): Promise<SignedIn> {
  const claims = await readAccessToken(handles, accessToken)
  if (claims.impersonation) return getImpersonator(handles, claims, claims.impersonation)
  const { userId, sessionId, persona } = claims
  const at = new Date(handles.now())
  const session = await findSession(handles.db, sessionId, at)
  if (!session || session.user.id !== userId)
    throw new OrielError('AUTH_ERROR', 'This session has ended. Please sign in again.')
  if (session.persona !== persona)
    throw new OrielError(
      'TOKEN_EXPIRED',
      'The persona of this session was switched. Refresh the access token.',
    )
  if (isStale(session.lastSeenAt, at))
    await handles.db
      .update(sessions)
      .set({ lastSeenAt: at })
      .where(and(eq(sessions.id, sessionId), eq(sessions.lastSeenAt, session.lastSeenAt)))
  return { userId, sessionId, keyId: null, persona, permissions: permissionsOf(session.user, persona) }
}
