import { Hono } from 'hono'
import { usageQuery } from '../../../schema/checks/usage'
import { getPlatformAnalytics } from '../dashboards/get-platform-analytics'
import { requireActor, requirePermission } from './authenticate'
import type { AppEnv } from './context'
import { readQuery } from './read-request'

export const analytics = new Hono<AppEnv>().use(requireActor)

analytics.get('/platform', requirePermission('view_platform_analytics'), async (c) => {
  const question = readQuery(c.req, usageQuery)
  return c.json({ success: true, data: await getPlatformAnalytics(c.var.handles, c.var.actor, question) })
})
