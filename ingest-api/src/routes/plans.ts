import { Hono } from 'hono'
import { planRequest } from '../../../schema/checks/plans'
import { getAllowance, listPlans, updatePlan } from '../limits/read-plans'
import { requireActor, requirePermission, requirePersona } from './authenticate'
import type { AppEnv } from './context'
import { readBody } from './read-request'

export const plans = new Hono<AppEnv>()

plans.get('/', requireActor, async (c) => c.json({ success: true, data: await listPlans(c.var.handles) }))

plans.put(
  '/:id',
  requireActor,
  requirePersona('super_admin'),
  requirePermission('manage_system'),
  async (c) => {
    const changes = await readBody(c.req, planRequest)
    return c.json({ success: true, data: await updatePlan(c.var.handles, c.var, c.req.param('id'), changes) })
  },
)

/** Mounted at /api/limits: how much of one's own plan is left. */
export const limits = new Hono<AppEnv>()

limits.get('/', requireActor, async (c) =>
  c.json({ success: true, data: await getAllowance(c.var.handles, c.var.actor.userId) }),
)
