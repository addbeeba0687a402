import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { OrielError } from '../../../schema/wire/error'
import { hasPermission, type Permission, type Persona } from '../../../schema/wire/permission'
import { ACCESS_SECONDS } from '../accounts/access-token'
import type { Actor, SignedIn } from '../accounts/actor'
import { API_KEY_PREFIX } from '../accounts/api-key'
import { getActor } from '../accounts/get-actor'
import { getKeyActor } from '../accounts/get-key-actor'
import { REFRESH_MS } from '../accounts/refresh-token'
import type { Device, Tokens } from '../accounts/start-session'
import type { AppContext, AppEnv } from './context'
import { limitActor } from './limit-rate'

const ACCESS_COOKIE = 'oriel_access'
const REFRESH_COOKIE = 'oriel_refresh'
const REFRESH_PATH = '/api/auth'
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Who asks. A super admin who looks through somebody's eyes sees and changes nothing, and the log keeps both ids.
 * @throws OrielError READ_ONLY, and what {@link identify} throws
 */
export async function authenticate(c: AppContext): Promise<Actor> {
  const actor = await identify(c)
  if (!actor.impersonation) return actor
  const { method, path } = c.req
  const { id: impersonationId, by } = actor.impersonation
  const who = { userId: actor.userId, byUserId: by.id, impersonationId, requestId: c.var.requestId }
  c.var.handles.log.info('a super admin looks through the eyes of a user', { ...who, method, path })
  if (!SAFE_METHODS.has(method))
    throw new OrielError('READ_ONLY', 'You are seeing Oriel as somebody else, so nothing can be changed.')
  return actor
}

/**
 * Who asks, also in `c.var.actor` from then on, by the Bearer header (an access token or an API key) or else by the cookie. A cookie travels by itself, so with one a request that
 * changes something must also come from our own pages.
 * @throws OrielError AUTH_ERROR, TOKEN_INVALID, TOKEN_EXPIRED, PERMISSION_ERROR (foreign origin), RATE_LIMIT_EXCEEDED
 */
export async function identify(c: AppContext): Promise<Actor> {
  const header = c.req.header('authorization')
  const bearer = header && /^Bearer +([^ ]+) *$/i.exec(header)?.[1]
  if (header && !bearer)
    throw new OrielError('AUTH_ERROR', 'The Authorization header must be "Bearer" and a token.')
  const token = bearer || getCookie(c, ACCESS_COOKIE)
  if (!token) throw new OrielError('AUTH_ERROR', 'Please sign in.')
  if (!bearer && !SAFE_METHODS.has(c.req.method)) requireOwnOrigin(c)
  const { platform } = c.var
  let state: Promise<string | undefined> | undefined
  const readState = () => (state ??= platform.caches.state.read(platform.db))
  const actor = bearer?.startsWith(API_KEY_PREFIX)
    ? await getKeyActor(platform, bearer)
    : await getActor(platform, token, readState)
  // They are known from here on, so that what refuses them counts in their tier.
  c.set('actor', actor)
  c.set('state', await readState())
  limitActor(c, actor)
  return actor
}

/** Lets only who is known pass, and says in `c.var.actor` who it is. */
export const requireActor = createMiddleware<AppEnv>(async (c, next) => {
  await authenticate(c)
  await next()
})

/** Like {@link authenticate}, for what only a person may do. @throws OrielError PERMISSION_ERROR for an API key */
export async function authenticatePerson(c: AppContext): Promise<SignedIn> {
  return personOf(await authenticate(c))
}

/** The actor as somebody at a device. @throws OrielError PERMISSION_ERROR for an API key */
export function personOf(actor: Actor): SignedIn {
  if (isSignedIn(actor)) return actor
  throw new OrielError('PERMISSION_ERROR', 'An API key may not do this. Please sign in.')
}

/** Lets only people at a device pass and no program with a key, and says in `c.var.by` who it is. */
export const requireSession = createMiddleware<AppEnv>(async (c, next) => {
  const actor = await authenticatePerson(c)
  c.set('by', { actor, requestId: c.var.requestId })
  await next()
})

const isSignedIn = (actor: Actor): actor is SignedIn => actor.sessionId !== null

/** Behind {@link requireActor}: lets only these personas pass. */
export const requirePersona = (...personas: Persona[]) =>
  createMiddleware<AppEnv>(async (c, next) => {
    if (!personas.includes(c.var.actor.persona))
      throw new OrielError('PERMISSION_ERROR', `This is for the persona ${personas.join(' or ')}.`)
    await next()
  })

/** Behind {@link requireActor}: lets only holders of the permission pass. */
export const requirePermission = (permission: Permission) =>
  createMiddleware<AppEnv>(async (c, next) => {
    demandPermission(c.var.actor, permission)
    await next()
  })

/** @throws OrielError PERMISSION_ERROR */
export function demandPermission({ permissions }: Actor, permission: Permission): void {
  if (!hasPermission(permissions, permission))
    throw new OrielError('PERMISSION_ERROR', `This needs the permission ${permission}.`)
}

/** @throws OrielError PERMISSION_ERROR unless the request says that it comes from this server's own pages */
export function requireOwnOrigin(c: AppContext): void {
  const own = new URL(c.var.handles.config.baseUrl).origin
  if (c.req.header('origin') !== own)
    throw new OrielError('PERMISSION_ERROR', `A request with this session's cookie must come from ${own}.`)
}

/** Keeps other sites' pages from signing a browser in or out; programs send no Origin and pass. */
export const refuseForeignOrigin = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.header('origin') !== undefined) requireOwnOrigin(c)
  await next()
})

export function setAccessCookie(c: AppContext, accessToken: string, maxAge = ACCESS_SECONDS): void {
  setCookie(c, ACCESS_COOKIE, accessToken, { ...cookieAttributes(c), path: '/', maxAge })
}

export const deleteAccessCookie = (c: AppContext): void =>
  void deleteCookie(c, ACCESS_COOKIE, { ...cookieAttributes(c), path: '/' })

/** The refresh token goes where it is needed and nowhere else. */
function setRefreshCookie(c: AppContext, refreshToken: string): void {
  setCookie(c, REFRESH_COOKIE, refreshToken, {
    ...cookieAttributes(c),
    path: REFRESH_PATH,
    maxAge: REFRESH_MS / 1000,
  })
}

export function setTokenCookies(c: AppContext, { accessToken, refreshToken }: Tokens): void {
  setAccessCookie(c, accessToken)
  setRefreshCookie(c, refreshToken)
}

export const getRefreshCookie = (c: AppContext): string | undefined => getCookie(c, REFRESH_COOKIE)

export function deleteCookies(c: AppContext): void {
  deleteAccessCookie(c)
  deleteCookie(c, REFRESH_COOKIE, { ...cookieAttributes(c), path: REFRESH_PATH })
}

/** Not for scripts, and not with requests that other sites start. */
export const cookieAttributes = (c: AppContext) =>
  ({ httpOnly: true, sameSite: 'Lax', secure: c.var.handles.config.baseUrl.startsWith('https:') }) as const

/** What a request that signs in runs on. */
export const deviceOf = (c: AppContext): Device => ({
  userAgent: c.req.header('user-agent'),
  requestId: c.var.requestId,
})
