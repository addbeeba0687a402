import { Hono } from 'hono'
import { page } from '../../../schema/checks/fields'
import { usageQuery } from '../../../schema/checks/usage'
import { getBuilderDashboard } from '../dashboards/get-builder-dashboard'
import { listTrackedImplementations } from '../dashboards/list-tracked-implementations'
import { listProjects } from '../projects/read-projects'
import { requireActor, requirePermission } from './authenticate'
import type { AppEnv } from './context'
import { readOwner } from './read-owner'
import { readQuery } from './read-request'

export const builders = new Hono<AppEnv>().use(requireActor)

builders.get('/:id/dashboard', requirePermission('view_revenue'), async (c) => {
  const builderId = readOwner(c, 'builder')
  const question = readQuery(c.req, usageQuery)
  return c.json({ success: true, data: await getBuilderDashboard(c.var.handles, builderId, question) })
})

builders.get('/:id/projects', requirePermission('create_projects'), async (c) => {
  const userId = readOwner(c, 'builder')
  const query = readQuery(c.req, page)
  return c.json({
    success: true,
    ...(await listProjects(c.var.handles, { userId, persona: 'builder' }, query)),
  })
})

builders.get('/:id/implementations', requirePermission('manage_implementations'), async (c) => {
  const userId = readOwner(c, 'builder')
  const builder = { userId, persona: 'builder' } as const
  const [question, paging] = [readQuery(c.req, usageQuery), readQuery(c.req, page)]
  return c.json({
    success: true,
    ...(await listTrackedImplementations(c.var.handles, builder, question, paging)),
  })
})
