import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { OrielError } from '../../../schema/wire/error'
import type { SessionClaims } from '../../../schema/wire/frame'

/** A page may stay open this long before its widget has to be loaded anew to report more. */
export const TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000
const ISSUER = 'oriel'
const AUDIENCE = 'events'

/** Signs what the outer frame will show with every batch: JWS compact, HS256, because who signs also verifies. */
export const signSessionToken = (key: Uint8Array, claims: SessionClaims, now: number): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor((now + TOKEN_LIFETIME_MS) / 1000))
    .sign(key)

/** @throws OrielError TOKEN_EXPIRED or TOKEN_INVALID */
export async function verifySessionToken(
  key: Uint8Array,
  token: string,
  now: number,
): Promise<SessionClaims & JWTPayload & { exp: number }> {
  try {
    const { payload } = await jwtVerify<SessionClaims>(token, key, {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'im', 'pr', 'bu', 'eu', 'ver', 'sid'],
      currentDate: new Date(now),
    })
    return { ...payload, exp: payload.exp! }
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw sessionExpired()
    if (error instanceof errors.JOSEError)
      throw new OrielError('TOKEN_INVALID', 'The token is not one of ours.')
    throw error
  }
}

export const sessionExpired = () =>
  new OrielError('TOKEN_EXPIRED', 'The session of this widget has ended. Load the widget again.')
