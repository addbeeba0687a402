import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { Persona, Tier } from '../../../schema/wire/permission'
import type { AppContext, AppEnv } from './context'

const TIER_OF: Record<Persona, Tier> = { super_admin: 'platform', builder: 'builder', end_user: 'account' }

/** What the API answers to. Any word can be sent as a method, and each would be a label of its own. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** In whose tier a request is: that of who asks, or public. */
export const tierOf = (c: AppContext): Tier => {
  // Not there on public routes, whatever its type says.
  const actor: AppContext['var']['actor'] | undefined = c.get('actor')
  return actor ? TIER_OF[actor.persona] : 'public'
}

/** Counts every request and how long it took, by its route as it is written. */
export const observe = createMiddleware<AppEnv>(async (c, next) => {
  const began = performance.now()
  await next()
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? 'none'
  const method = METHODS.has(c.req.method) ? c.req.method : 'other'
  c.var.handles.caches.metrics.observeRequest(
    { method, route, status_code: c.res.status, tier: tierOf(c) },
    (performance.now() - began) / 1000,
  )
})
