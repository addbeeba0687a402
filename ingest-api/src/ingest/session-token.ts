import { errors, jwtVerify, SignJWT } from 'jose'
import { OrielError } from '../../../schema/wire/error'
import type { SessionClaims } from '../../../schema/wire/frame'

/** A page may stay open this long before its widget has to be loaded anew to report more. */
const LIFETIME_MS = 24 * 60 * 60 * 1000
const ISSUER = 'oriel'
const AUDIENCE = 'events'
const CACHED_TOKENS = 20_000

/** Signs what the outer frame will show with every batch: JWS compact, HS256, because who signs also verifies. */
export const signSessionToken = (key: Uint8Array, claims: SessionClaims, now: number): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor((now + LIFETIME_MS) / 1000))
    .sign(key)

/** Tokens that were verified once, until they expire; the oldest make room. */
const verified = new Map<string, { claims: SessionClaims; expiresAt: number; key: Uint8Array }>()

/**
 * Checks a token's signature once, then only its time.
 * @throws OrielError TOKEN_EXPIRED or TOKEN_INVALID
 */
export async function verifySessionToken(
  key: Uint8Array,
  token: string,
  now: number,
): Promise<SessionClaims> {
  const known = verified.get(token)
  if (known?.key === key) {
    if (known.expiresAt > now) return known.claims
    throw new OrielError('TOKEN_EXPIRED', 'The session of this widget has ended. Load the widget again.')
  }
  try {
    const { payload } = await jwtVerify<SessionClaims>(token, key, {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'im', 'pr', 'bu', 'eu', 'ver', 'sid'],
      currentDate: new Date(now),
    })
    if (verified.size >= CACHED_TOKENS) verified.delete(verified.keys().next().value!)
    verified.set(token, { claims: payload, expiresAt: payload.exp! * 1000, key })
    return payload
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw new OrielError('TOKEN_EXPIRED', 'The session of this widget has ended. Load the widget again.')
    if (error instanceof errors.JOSEError)
      throw new OrielError('TOKEN_INVALID', 'The token is not one of ours.')
    throw error
  }
}
