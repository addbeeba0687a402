import { errors, jwtVerify, SignJWT } from 'jose'
import { OrielError } from '../../../schema/wire/error'
import { isPersona, type Persona } from '../../../schema/wire/permission'
import type { Handles } from '../handles'

/** Short, because a copy of it works until then; the session behind it is looked up on every request all the same. */
export const ACCESS_SECONDS = 15 * 60

const ALGORITHM = 'HS256'
const ISSUER = 'oriel'
const AUDIENCE = 'oriel:api'

/** What an access token says: this user, in this session, acts as this persona. */
export type AccessClaims = { userId: string; sessionId: string; persona: Persona }

export async function signAccessToken({ keys, now }: Pick<Handles, 'keys' | 'now'>, claims: AccessClaims) {
  const issuedAt = Math.floor(now() / 1000)
  return new SignJWT({ sid: claims.sessionId, persona: claims.persona })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setSubject(claims.userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_SECONDS)
    .sign(keys.access)
}

/**
 * Reads a token that this server signed for this purpose; the algorithm is ours, never the header's.
 * @throws OrielError TOKEN_EXPIRED, or TOKEN_INVALID for everything else that is wrong with it
 */
export async function readAccessToken(
  { keys, now }: Pick<Handles, 'keys' | 'now'>,
  token: string,
): Promise<AccessClaims> {
  const { payload } = await jwtVerify(token, keys.access, {
    algorithms: [ALGORITHM],
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: ['sub', 'sid', 'persona', 'exp'],
    currentDate: new Date(now()),
  }).catch((error: unknown) => {
    if (error instanceof errors.JWTExpired)
      throw new OrielError('TOKEN_EXPIRED', 'The access token has expired.')
    throw new OrielError('TOKEN_INVALID', 'The access token is not valid.')
  })
  const { sub, sid, persona } = payload
  if (typeof sub !== 'string' || typeof sid !== 'string' || !isPersona(persona))
    throw new OrielError('TOKEN_INVALID', 'The access token is not valid.')
  return { userId: sub, sessionId: sid, persona }
}
