import { createMiddleware } from 'hono/factory'
import { openTenantDatabase } from '../tenant-database'
import { authenticate } from './authenticate'
import type { AppEnv } from './context'

/**
 * Lets only who is known pass, and from here on shows them the database as far as it is theirs. Routes about one's own
 * account and those of the platform's people use `requireActor` instead and see it whole.
 */
export const requireTenant = createMiddleware<AppEnv>(async (c, next) => {
  const actor = await authenticate(c)
  c.set('actor', actor)
  c.set('handles', { ...c.var.platform, db: openTenantDatabase(c.var.platform.db, actor) })
  await next()
})
