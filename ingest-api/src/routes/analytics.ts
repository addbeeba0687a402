import { Hono } from 'hono'
import {
  anomaliesQuery,
  dataPointsQuery,
  forecastQuery,
  insightsQuery,
  kpisQuery,
  streamsQuery,
} from '../../../schema/checks/analytics'
import { seriesQuery, usageQuery } from '../../../schema/checks/usage'
import type { Kpis } from '../../../schema/wire/analytics'
import { OrielError } from '../../../schema/wire/error'
import { EVENT_TYPES } from '../../../schema/wire/event'
import { metricsOf, type MetricId } from '../../../schema/wire/metric'
import type { Actor } from '../accounts/actor'
import { getAnomalies } from '../analytics/get-anomalies'
import { getForecast } from '../analytics/get-forecast'
import { getInsights } from '../analytics/get-insights'
import { listDataPoints, listEventStreams } from '../analytics/list-event-streams'
import { measureEach } from '../analytics/measure'
import { getPlatformAnalytics } from '../dashboards/get-platform-analytics'
import { getSeries } from '../dashboards/get-series'
import type { Handles } from '../handles'
import { reportKept } from './answer-kept'
import { requireActor, requirePermission } from './authenticate'
import type { AppContext, AppEnv } from './context'
import { readQuery } from './read-request'
import { requireTenant } from './require-tenant'
import { requireUsage } from './require-usage'

export const analytics = new Hono<AppEnv>()

analytics.get('/platform', requireActor, requirePermission('view_platform_analytics'), async (c) => {
  const question = readQuery(c.req, usageQuery)
  return c.json({ success: true, data: await getPlatformAnalytics(c.var.handles, c.var.actor, question) })
})

/** @throws OrielError PERMISSION_ERROR for money that the asker may not see */
function demandMetrics(actor: Actor, asked: readonly MetricId[] | undefined): MetricId[] {
  const seen = metricsOf(actor).map(({ id }) => id)
  const missing = asked?.find((id) => !seen.includes(id))
  if (missing) throw new OrielError('PERMISSION_ERROR', `You may not see the metric ${missing}.`)
  return asked ? [...asked] : seen
}

/** The platform's numbers come from a rollup that follows the events by a second, so no answer of them is kept. */
const report = async <Answer extends object>(
  c: AppContext,
  load: (handles: Handles) => Promise<Answer>,
): Promise<Response> =>
  c.var.actor.persona === 'super_admin'
    ? c.json({ success: true, ...(await load(c.var.handles)) })
    : reportKept(c, load)

analytics.get('/series', requireTenant, requireUsage, async (c) => {
  const { handles, actor } = c.var
  const [question, filter] = [readQuery(c.req, usageQuery), readQuery(c.req, seriesQuery)]
  return c.json({ success: true, data: await getSeries(handles, actor, question, filter) })
})

analytics.get('/metrics', requireTenant, requireUsage, (c) =>
  c.json({ success: true, data: metricsOf(c.var.actor) }),
)

analytics.get('/kpis', requireTenant, requireUsage, (c) =>
  report(c, async (handles) => {
    const [question, filter] = [readQuery(c.req, usageQuery), readQuery(c.req, seriesQuery)]
    const asked = demandMetrics(c.var.actor, readQuery(c.req, kpisQuery).metrics)
    const metrics = await measureEach(handles, c.var.actor, asked, { ...question, ...filter })
    return { data: { ...question, metrics } satisfies Kpis }
  }),
)

analytics.get('/streams', requireTenant, requireUsage, (c) =>
  report(c, async (handles) => {
    const [period, filter] = [readQuery(c.req, streamsQuery), readQuery(c.req, seriesQuery)]
    return { data: await listEventStreams(handles, c.var.actor, period, filter) }
  }),
)

analytics.get('/streams/:type', requireTenant, requireUsage, (c) =>
  report(c, async (handles) => {
    const type = EVENT_TYPES.find((known) => known === c.req.param('type'))
    if (!type) throw new OrielError('RESOURCE_NOT_FOUND', `A stream is one of ${EVENT_TYPES.join(', ')}.`)
    const [period, filter] = [readQuery(c.req, streamsQuery), readQuery(c.req, seriesQuery)]
    const points = readQuery(c.req, dataPointsQuery)
    return { data: await listDataPoints(handles, c.var.actor, period, { type, ...points, ...filter }) }
  }),
)

analytics.get('/forecasts', requireTenant, requireUsage, (c) =>
  report(c, async (handles) => {
    const [question, filter] = [readQuery(c.req, forecastQuery), readQuery(c.req, seriesQuery)]
    demandMetrics(c.var.actor, [question.metric])
    return { data: await getForecast(handles, c.var.actor, question, filter) }
  }),
)

analytics.get('/anomalies', requireTenant, requireUsage, (c) =>
  report(c, async (handles) => {
    const [question, filter] = [readQuery(c.req, anomaliesQuery), readQuery(c.req, seriesQuery)]
    return { data: await getAnomalies(handles, c.var.actor, question, filter) }
  }),
)

analytics.get('/insights', requireTenant, requireUsage, (c) =>
  report(c, async (handles) => {
    const [question, filter] = [readQuery(c.req, insightsQuery), readQuery(c.req, seriesQuery)]
    return { data: await getInsights(handles, c.var.actor, question, filter) }
  }),
)
