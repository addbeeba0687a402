import { createMiddleware } from 'hono/factory'
import { OrielError } from '../../../schema/wire/error'
import type { Persona } from '../../../schema/wire/permission'
import type { Actor } from '../accounts/actor'
import type { RatePolicy } from '../rate-limiter'
import type { AppContext, AppEnv } from './context'
import { readSource } from './read-source'

const MINUTE_MS = 60_000

/** A dashboard with many tabs stays far below; a loop that forgot to wait does not. */
const PER_PERSONA: Record<Persona, RatePolicy> = {
  super_admin: { name: 'super-admin', quota: 12_000, windowMs: MINUTE_MS },
  builder: { name: 'builder', quota: 6_000, windowMs: MINUTE_MS },
  end_user: { name: 'end-user', quota: 6_000, windowMs: MINUTE_MS },
}
const PER_KEY: RatePolicy = { name: 'api-key', quota: 3_000, windowMs: MINUTE_MS }
/** What one address may ask altogether. An office or a school can stand behind one. */
const PER_ADDRESS: RatePolicy = { name: 'address', quota: 12_000, windowMs: MINUTE_MS }
/** Signing in, registering and asking for mail; each costs a password hash or a letter. */
const AT_THE_DOOR: RatePolicy = { name: 'sign-in', quota: 120, windowMs: MINUTE_MS }
/** Wrong passwords for one account from one address, and from everywhere. */
const WRONG_HERE: RatePolicy = { name: 'password', quota: 10, windowMs: 15 * MINUTE_MS }
const WRONG_ANYWHERE: RatePolicy = { name: 'password-anywhere', quota: 100, windowMs: 15 * MINUTE_MS }
/** Looking at all of one's rules at once is more work than a request usually is. */
const PER_RUN: RatePolicy = { name: 'pipeline', quota: 6, windowMs: MINUTE_MS }
/** What everybody together may ask of one implementation besides its frame and its events. */
const PER_IMPLEMENTATION: RatePolicy = { name: 'implementation', quota: 6_000, windowMs: MINUTE_MS }

/** For every request of the API, before anything is looked up. */
export const limitAddress = createMiddleware<AppEnv>(async (c, next) => {
  take(c, PER_ADDRESS, addressOf(c))
  await next()
})

/** For what anybody may try without being known. */
export const limitDoor = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.method === 'POST') take(c, AT_THE_DOOR, addressOf(c))
  await next()
})

/** For requests to one implementation, whoever sends them. */
export const limitImplementation = createMiddleware<AppEnv>(async (c, next) => {
  take(c, PER_IMPLEMENTATION, c.req.param('id') ?? '')
  await next()
})

/** Behind `requireTenant`: for what runs by itself anyway and is asked to run now. */
export const limitRuns = createMiddleware<AppEnv>(async (c, next) => {
  take(c, PER_RUN, `${c.var.actor.userId} ${c.var.actor.persona}`)
  await next()
})

/** An API key has its own share, and a user one as each persona; who looks through a user's eyes takes their own. */
export const limitActor = (c: AppContext, { userId, keyId, persona, impersonation }: Actor): void =>
  keyId === null ? take(c, PER_PERSONA[persona], impersonation?.by.id ?? userId) : take(c, PER_KEY, keyId)

/** Counts tries that fail; one that succeeds is forgotten. */
export async function limitTries<Result>(
  c: AppContext,
  account: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const here = `${addressOf(c)} ${account.toLowerCase()}`
  take(c, WRONG_HERE, here)
  take(c, WRONG_ANYWHERE, account.toLowerCase())
  const result = await attempt()
  c.var.handles.caches.rates.giveBack(WRONG_HERE, here)
  c.var.handles.caches.rates.giveBack(WRONG_ANYWHERE, account.toLowerCase())
  return result
}

/**
 * Takes one of a policy's share and tells how much is left, in the fields of draft-ietf-httpapi-ratelimit-headers; the
 * last policy that was asked is the one that is told.
 * @throws OrielError RATE_LIMIT_EXCEEDED
 */
function take(c: AppContext, policy: RatePolicy, caller: string): void {
  const { config, caches, now } = c.var.handles
  if (!config.rateLimits) return
  const { allowed, remaining, resetMs } = caches.rates.take(policy, caller, now())
  const seconds = Math.ceil(resetMs / 1000)
  c.header('RateLimit-Policy', `"${policy.name}";q=${policy.quota};w=${policy.windowMs / 1000}`)
  c.header('RateLimit', `"${policy.name}";r=${remaining};t=${seconds}`)
  if (!allowed)
    throw new OrielError('RATE_LIMIT_EXCEEDED', `Too many requests. Try again in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    })
}

const addressOf = (c: AppContext): string => readSource(c).ip
