import { createMiddleware } from 'hono/factory'
import type { Database } from '../database'
import { openTenantDatabase } from '../tenant-database'
import { authenticate } from './authenticate'
import type { AppEnv } from './context'

/**
 * Lets only who is known pass, and from here on shows them the database as far as it is theirs. Routes about one's own
 * account and those of the platform's people use `requireActor` instead and see it whole.
 */
export const requireTenant = createMiddleware<AppEnv>(async (c, next) => {
  const actor = await authenticate(c)
  const { platform } = c.var
  let db: Database | undefined
  // Most answers are known already, and then nobody looks.
  c.set('handles', {
    ...platform,
    get db() {
      return (db ??= openTenantDatabase(platform.db, actor))
    },
  })
  await next()
})
