import { errors, jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose'
import { OrielError } from '../../../schema/wire/error'
import { isObject } from '../../../schema/wire/json'
import { isPersona, type Persona } from '../../../schema/wire/permission'
import { getSigningKey, getSigningKeys, SIGNING_ALGORITHM, type SigningHandles } from './signing-keys'

/** Short, because a copy of it works until then; the session behind it is looked up on every request all the same. */
export const ACCESS_SECONDS = 15 * 60

const ISSUER = 'oriel'
const AUDIENCE = 'oriel:api'

/**
 * What an access token says: this user, in this session, acts as this persona. With an impersonation it is the super
 * admin `byId`, in their session, who sees as the user.
 */
export type AccessClaims = {
  userId: string
  sessionId: string
  persona: Persona
  impersonation?: { id: string; byId: string }
}

/** The one who acts stands in `act` as RFC 8693 (section 4.1) has it. */
export async function signAccessToken(
  handles: SigningHandles,
  { userId, sessionId, persona, impersonation }: AccessClaims,
  lifeSeconds = ACCESS_SECONDS,
): Promise<string> {
  const { kid, privateJwk } = await getSigningKey(handles)
  const issuedAt = Math.floor(handles.now() / 1000)
  return new SignJWT({
    sid: sessionId,
    persona,
    ...(impersonation && { act: { sub: impersonation.byId }, imp: impersonation.id }),
  })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid })
    .setSubject(userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifeSeconds)
    .sign(privateJwk)
}

/**
 * Reads a token that this server signed for this purpose. The header chooses among our keys by `kid`, and never the
 * algorithm. A signature is checked once a minute, because a page asks with the same token again and again.
 * @throws OrielError TOKEN_EXPIRED, or TOKEN_INVALID for everything else that is wrong with it
 */
export async function readAccessToken(handles: SigningHandles, token: string): Promise<AccessClaims> {
  const at = handles.now()
  const { expiresAt, claims } = await handles.caches.accessTokens.get(token, at, () =>
    verifyAccessToken(handles, token),
  )
  if (expiresAt <= at) throw expired()
  return claims
}

const expired = () => new OrielError('TOKEN_EXPIRED', 'The access token has expired.')
const invalid = () => new OrielError('TOKEN_INVALID', 'The access token is not valid.')

/** What a token of ours says, and when it ends, epoch ms. */
export type VerifiedToken = { claims: AccessClaims; expiresAt: number }

async function verifyAccessToken(handles: SigningHandles, token: string): Promise<VerifiedToken> {
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
    throw error instanceof errors.JWTExpired ? expired() : invalid()
  })
  const { sub, sid, persona, act, imp, exp } = payload
  if (typeof sub !== 'string' || typeof sid !== 'string' || !isPersona(persona)) throw invalid()
  const claims = { userId: sub, sessionId: sid, persona }
  const expiresAt = exp! * 1000
  if (act === undefined && imp === undefined) return { claims, expiresAt }
  if (!isObject(act) || typeof act.sub !== 'string' || typeof imp !== 'string') throw invalid()
  return { claims: { ...claims, impersonation: { id: imp, byId: act.sub } }, expiresAt }
}
