import { OrielError } from '../../../schema/wire/error'
import { readAccessToken } from './access-token'
import type { SignedIn } from './actor'
import { findKnownSession } from './find-session'
import { getImpersonator } from './impersonate'
import { noteSeen } from './note-seen'
import type { SigningHandles } from './signing-keys'

/**
 * Who holds an access token. The session and the user are as they are now, so that an ended session and a suspended
 * user are out at once and not when the token runs out.
 * @param readState what is committed to the database by now
 * @throws OrielError TOKEN_INVALID, TOKEN_EXPIRED (also after the persona was switched: refresh), AUTH_ERROR
 */
export async function getActor(
  handles: SigningHandles,
  accessToken: string,
  readState: () => Promise<string | undefined>,
): Promise<SignedIn> {
  const claims = await readAccessToken(handles, accessToken)
  if (claims.impersonation) return getImpersonator(handles, claims, claims.impersonation)
  const { userId, sessionId, persona } = claims
  const session = await findKnownSession(handles, sessionId, await readState())
  if (!session || session.userId !== userId)
    throw new OrielError('AUTH_ERROR', 'This session has ended. Please sign in again.')
  if (session.persona !== persona)
    throw new OrielError(
      'TOKEN_EXPIRED',
      'The persona of this session was switched. Refresh the access token.',
    )
  await noteSeen(handles, sessionId, session.lastSeenAt, new Date(handles.now()))
  return { userId, sessionId, keyId: null, persona, permissions: session.permissions }
}
