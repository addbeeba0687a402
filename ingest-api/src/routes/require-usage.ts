import { createMiddleware } from 'hono/factory'
import type { Permission, Persona } from '../../../schema/wire/permission'
import { demandPermission } from './authenticate'
import type { AppEnv } from './context'

/** Each persona asks about its own, with the permission that its own dashboard needs. */
const TO_SEE_USAGE: Record<Persona, Permission> = {
  super_admin: 'view_platform_analytics',
  builder: 'manage_implementations',
  end_user: 'view_usage',
}

/** Behind `requireTenant`: lets only who may see usage pass. */
export const requireUsage = createMiddleware<AppEnv>(async (c, next) => {
  const { actor } = c.var
  demandPermission(actor, TO_SEE_USAGE[actor.persona])
  await next()
})
