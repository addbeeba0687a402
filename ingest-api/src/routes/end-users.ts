import { Hono } from 'hono'
import { implementationsQuery, revenueQuery } from '../../../schema/checks/lists'
import { implementationQuery, usageQuery } from '../../../schema/checks/usage'
import type { Billing } from '../../../schema/wire/revenue'
import { getEndUserDashboard, getEndUserUsage } from '../dashboards/get-end-user-dashboard'
import { pageImplementations } from '../implementations/read-implementations'
import { listRevenueEvents } from '../revenue/list-revenue-events'
import { sumRevenue } from '../revenue/sum-revenue'
import { answerKept, reportKept } from './answer-kept'
import { requirePermission } from './authenticate'
import type { AppEnv } from './context'
import { readOwner } from './read-owner'
import { readQuery } from './read-request'
import { requireTenant } from './require-tenant'

export const endUsers = new Hono<AppEnv>().use(requireTenant, requirePermission('view_usage'))

endUsers.get('/:id/dashboard', (c) =>
  reportKept(c, async (handles) => {
    const endUserId = await readOwner(c, 'end_user')
    return { data: await getEndUserDashboard(handles, endUserId, readQuery(c.req, usageQuery)) }
  }),
)

endUsers.get('/:id/usage', (c) =>
  reportKept(c, async (handles) => {
    const endUserId = await readOwner(c, 'end_user')
    const question = readQuery(c.req, usageQuery)
    const { implementation } = readQuery(c.req, implementationQuery)
    return { data: await getEndUserUsage(handles, endUserId, question, implementation) }
  }),
)

endUsers.get('/:id/widgets', requirePermission('manage_widgets'), (c) =>
  answerKept(c, async (handles) => {
    const userId = await readOwner(c, 'end_user')
    const owner = { userId, persona: 'end_user' } as const
    return pageImplementations(handles, owner, readQuery(c.req, implementationsQuery))
  }),
)

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
