import { Hono } from 'hono'
import {
  customersQuery,
  implementationsQuery,
  projectsQuery,
  revenueQuery,
} from '../../../schema/checks/lists'
import { usageQuery } from '../../../schema/checks/usage'
import type { Revenue } from '../../../schema/wire/revenue'
import { getBuilderDashboard } from '../dashboards/get-builder-dashboard'
import { listCustomers, listTrackedImplementations } from '../dashboards/list-tracked-implementations'
import { listProjects } from '../projects/read-projects'
import { countOutcomes } from '../reports/count-outcomes'
import { listRevenueEvents } from '../revenue/list-revenue-events'
import { listRevenue, sumRevenue } from '../revenue/sum-revenue'
import { answerKept, reportKept } from './answer-kept'
import { requirePermission } from './authenticate'
import type { AppEnv } from './context'
import { readOwner } from './read-owner'
import { readQuery } from './read-request'
import { requireTenant } from './require-tenant'

export const builders = new Hono<AppEnv>().use(requireTenant)

builders.get('/:id/dashboard', requirePermission('view_revenue'), (c) =>
  reportKept(c, async (handles) => {
    const builderId = await readOwner(c, 'builder')
    return { data: await getBuilderDashboard(handles, builderId, readQuery(c.req, usageQuery)) }
  }),
)

builders.get('/:id/projects', requirePermission('create_projects'), (c) =>
  answerKept(c, async (handles) => {
    const userId = await readOwner(c, 'builder')
    return listProjects(handles, { userId, persona: 'builder' }, readQuery(c.req, projectsQuery))
  }),
)

builders.get('/:id/implementations', requirePermission('manage_implementations'), (c) =>
  reportKept(c, async (handles) => {
    const userId = await readOwner(c, 'builder')
    const builder = { userId, persona: 'builder' } as const
    const [question, paging] = [readQuery(c.req, usageQuery), readQuery(c.req, implementationsQuery)]
    return listTrackedImplementations(handles, builder, question, paging)
  }),
)

builders.get('/:id/ingest', requirePermission('manage_implementations'), async (c) => {
  const builderId = await readOwner(c, 'builder')
  const question = readQuery(c.req, usageQuery)
  const report = await countOutcomes(c.var.handles, { whose: 'builder', builderId }, question)
  return c.json({ success: true, data: report })
})

builders.get('/:id/customers', requirePermission('manage_implementations'), async (c) => {
  const userId = await readOwner(c, 'builder')
  const query = readQuery(c.req, customersQuery)
  return c.json({
    success: true,
    ...(await listCustomers(c.var.handles, { userId, persona: 'builder' }, query)),
  })
})

builders.get('/:id/revenue', requirePermission('view_revenue'), async (c) => {
  const { handles } = c.var
  const builder = { userId: await readOwner(c, 'builder'), persona: 'builder' } as const
  const [question, query] = [readQuery(c.req, usageQuery), readQuery(c.req, revenueQuery)]
  const [sum, series, { data: events, pagination }] = await Promise.all([
    sumRevenue(handles, builder, handles.now()),
    listRevenue(handles, builder, question),
    listRevenueEvents(handles, builder, query),
  ])
  return c.json({ success: true, data: { ...sum, series, events } satisfies Revenue, pagination })
})
