import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Keys } from '../keys'

/** An unused sign-in lives this long; every refresh starts the time again. */
export const REFRESH_MS = 7 * 24 * 60 * 60 * 1000

/** For this long a spent token still answers with its successor: two tabs that refresh at once both stay signed in. */
export const GRACE_MS = 10_000

export const newRefreshToken = (): string => randomBytes(32).toString('base64url')

/** What is stored of a token. It has 256 random bits, so a plain digest cannot be guessed backwards. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

/**
 * The one token that follows this one. Being computed instead of drawn, it can be given a second time within the
 * grace although only its digest is stored, and a family keeps its single line: there is never a second live child.
 * Nobody finds it without both the spent token and the server's key. The label keeps the input apart from a JWS.
 */
export const successorOf = (keys: Pick<Keys, 'refresh'>, token: string): string =>
  createHmac('sha256', keys.refresh).update(`successor of refresh token ${token}`).digest('base64url')
