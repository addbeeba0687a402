import { Hono } from 'hono'
import { listOwnPipelines, listPlatformPipelines, readOwnAnalysis, runPipeline } from '../analyses/pipelines'
import type { AppEnv } from './context'
import { limitRuns } from './limit-rate'
import { requireTenant } from './require-tenant'
import { requireUsage } from './require-usage'

/** Mounted at /api/analytics/pipelines: what runs by itself, as far as it concerns the asker. */
export const pipelines = new Hono<AppEnv>().use(requireTenant, requireUsage)

pipelines.get('/', async (c) => {
  const { handles, platform, actor } = c.var
  const data =
    actor.persona === 'super_admin'
      ? await listPlatformPipelines(platform)
      : await listOwnPipelines(handles, platform, actor)
  return c.json({ success: true, data })
})

pipelines.post('/:name/run', limitRuns, async (c) => {
  const data = await runPipeline(c.var.platform, c.var.actor, readOwnAnalysis(c.req.param('name')))
  return c.json({ success: true, data })
})
