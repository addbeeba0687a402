import { Hono } from 'hono'
import { implementationQuery, usageQuery } from '../../../schema/checks/usage'
import { getEndUserDashboard, getEndUserUsage } from '../dashboards/get-end-user-dashboard'
import { requireActor, requirePermission } from './authenticate'
import type { AppEnv } from './context'
import { readOwner } from './read-owner'
import { readQuery } from './read-request'

export const endUsers = new Hono<AppEnv>().use(requireActor, requirePermission('view_usage'))

endUsers.get('/:id/dashboard', async (c) => {
  const endUserId = readOwner(c, 'end_user')
  const question = readQuery(c.req, usageQuery)
  return c.json({ success: true, data: await getEndUserDashboard(c.var.handles, endUserId, question) })
})

endUsers.get('/:id/usage', async (c) => {
  const endUserId = readOwner(c, 'end_user')
  const question = readQuery(c.req, usageQuery)
  const { implementation } = readQuery(c.req, implementationQuery)
  return c.json({
    success: true,
    data: await getEndUserUsage(c.var.handles, endUserId, question, implementation),
  })
})
