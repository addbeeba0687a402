import { Hono } from 'hono'
import { dashboardRequest, dashboardsQuery } from '../../../schema/checks/dashboards'
import { getDashboardData } from '../saved-dashboards/get-dashboard-data'
import {
  createDashboard,
  deleteDashboard,
  getDashboard,
  listDashboards,
  replaceDashboard,
} from '../saved-dashboards/saved-dashboards'
import { answerKept } from './answer-kept'
import type { AppEnv } from './context'
import { readIfMatch, setEtag } from './etag'
import { once } from './once'
import { readBody, readId, readQuery } from './read-request'
import { requireTenant } from './require-tenant'
import { requireUsage } from './require-usage'

/** Mounted at /api/analytics/dashboards: charts that each person has put together, as each persona. */
export const savedDashboards = new Hono<AppEnv>().use(requireTenant, requireUsage)

savedDashboards.get('/', (c) =>
  answerKept(c, (handles) => listDashboards(handles, c.var.actor, readQuery(c.req, dashboardsQuery))),
)

savedDashboards.post('/', once, async (c) => {
  const data = await createDashboard(c.var.handles, c.var, await readBody(c.req, dashboardRequest))
  setEtag(c, data.revision)
  return c.json({ success: true, data }, 201)
})

savedDashboards.get('/:id', (c) =>
  answerKept(
    c,
    async ({ db }) => ({ data: await getDashboard(db, c.var.actor, readId(c.req, 'dashboard')) }),
    ({ data }) => data.revision,
  ),
)

savedDashboards.put('/:id', async (c) => {
  const id = readId(c.req, 'dashboard')
  const request = await readBody(c.req, dashboardRequest)
  const data = await replaceDashboard(c.var.handles, c.var, id, request, readIfMatch(c))
  setEtag(c, data.revision)
  return c.json({ success: true, data })
})

savedDashboards.delete('/:id', async (c) => {
  await deleteDashboard(c.var.handles, c.var, readId(c.req, 'dashboard'), readIfMatch(c))
  return c.json({ success: true, data: null })
})

savedDashboards.get('/:id/data', async (c) => {
  const id = readId(c.req, 'dashboard')
  return c.json({ success: true, data: await getDashboardData(c.var.handles, c.var.actor, id) })
})
