import { errors, jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose'
import { OrielError } from '../../../schema/wire/error'
import { isPersona, type Persona } from '../../../schema/wire/permission'
import { getSigningKey, getSigningKeys, SIGNING_ALGORITHM, type SigningHandles } from './signing-keys'

/** Short, because a copy of it works until then; the session behind it is looked up on every request all the same. */
export const ACCESS_SECONDS = 15 * 60

const ISSUER = 'oriel'
const AUDIENCE = 'oriel:api'

/** What an access token says: this user, in this session, acts as this persona. */
export type AccessClaims = { userId: string; sessionId: string; persona: Persona }

export async function signAccessToken(handles: SigningHandles, claims: AccessClaims): Promise<string> {
  const { kid, privateJwk } = await getSigningKey(handles)
  const issuedAt = Math.floor(handles.now() / 1000)
  return new SignJWT({ sid: claims.sessionId, persona: claims.persona })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid })
    .setSubject(claims.userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_SECONDS)
    .sign(privateJwk)
}

/**
 * Reads a token that this server signed for this purpose. The header chooses among our keys by `kid`, and never the
 * algorithm.
 * @throws OrielError TOKEN_EXPIRED, or TOKEN_INVALID for everything else that is wrong with it
 */
export async function readAccessToken(handles: SigningHandles, token: string): Promise<AccessClaims> {
  const keys = await getSigningKeys(handles)
  const findKey = ({ kid }: JWTHeaderParameters) => {
    const found = keys.find((key) => key.kid === kid)
    if (!found) throw new errors.JWKSNoMatchingKey()
    return found.publicJwk
  }
  const { payload } = await jwtVerify(token, findKey, {
    algorithms: [SIGNING_ALGORITHM],
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: ['sub', 'sid', 'persona', 'exp'],
    currentDate: new Date(handles.now()),
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
