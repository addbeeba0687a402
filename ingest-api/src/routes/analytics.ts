import { Hono } from 'hono'
import { seriesQuery, usageQuery } from '../../../schema/checks/usage'
import type { Permission, Persona } from '../../../schema/wire/permission'
import { getPlatformAnalytics } from '../dashboards/get-platform-analytics'
import { getSeries } from '../dashboards/get-series'
import { demandPermission, requireActor, requirePermission } from './authenticate'
import type { AppEnv } from './context'
import { readQuery } from './read-request'
import { requireTenant } from './require-tenant'

export const analytics = new Hono<AppEnv>()

analytics.get('/platform', requireActor, requirePermission('view_platform_analytics'), async (c) => {
  const question = readQuery(c.req, usageQuery)
  return c.json({ success: true, data: await getPlatformAnalytics(c.var.handles, c.var.actor, question) })
})

/** Each persona asks about its own, with the permission that its own dashboard needs. */
const TO_SEE_USAGE: Record<Persona, Permission> = {
  super_admin: 'view_platform_analytics',
  builder: 'manage_implementations',
  end_user: 'view_usage',
}

analytics.get('/series', requireTenant, async (c) => {
  const { handles, actor } = c.var
  demandPermission(actor, TO_SEE_USAGE[actor.persona])
  const [question, filter] = [readQuery(c.req, usageQuery), readQuery(c.req, seriesQuery)]
  return c.json({ success: true, data: await getSeries(handles, actor, question, filter) })
})
