import { Hono } from 'hono'
import { implementationsQuery, revenueQuery } from '../../../schema/checks/lists'
import { implementationQuery, usageQuery } from '../../../schema/checks/usage'
import type { Billing } from '../../../schema/wire/revenue'
import { getEndUserDashboard, getEndUserUsage } from '../dashboards/get-end-user-dashboard'
import { pageImplementations } from '../implementations/read-implementations'
import { listRevenueEvents } from '../revenue/list-revenue-events'
import { sumRevenue } from '../revenue/sum-revenue'
import { requirePermission } from './authenticate'
import type { AppEnv } from './context'
import { readOwner } from './read-owner'
import { readQuery } from './read-request'
import { requireTenant } from './require-tenant'

export const endUsers = new Hono<AppEnv>().use(requireTenant, requirePermission('view_usage'))

endUsers.get('/:id/dashboard', async (c) => {
  const endUserId = await readOwner(c, 'end_user')
  const question = readQuery(c.req, usageQuery)
  return c.json({ success: true, data: await getEndUserDashboard(c.var.handles, endUserId, question) })
})

endUsers.get('/:id/usage', async (c) => {
  const endUserId = await readOwner(c, 'end_user')
  const question = readQuery(c.req, usageQuery)
  const { implementation } = readQuery(c.req, implementationQuery)
  return c.json({
    success: true,
    data: await getEndUserUsage(c.var.handles, endUserId, question, implementation),
  })
})

endUsers.get('/:id/widgets', requirePermission('manage_widgets'), async (c) => {
  const userId = await readOwner(c, 'end_user')
  const query = readQuery(c.req, implementationsQuery)
  return c.json({
    success: true,
    ...(await pageImplementations(c.var.handles, { userId, persona: 'end_user' }, query)),
  })
})

endUsers.get('/:id/billing', requirePermission('manage_billing'), async (c) => {
  const { handles } = c.var
  const owner = { userId: await readOwner(c, 'end_user'), persona: 'end_user' } as const
  const query = readQuery(c.req, revenueQuery)
  const [sum, { data: events, pagination }] = await Promise.all([
    sumRevenue(handles, owner, handles.now()),
    listRevenueEvents(handles, owner, query),
  ])
  return c.json({ success: true, data: { ...sum, events } satisfies Billing, pagination })
})
