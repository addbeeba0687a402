import { Hono } from 'hono'
import { OrielError } from '../../schema/wire/error'
import { answerError } from './answer-error'
import type { Handles } from './handles'
import { admin } from './routes/admin'
import { alertRules, alerts } from './routes/alerts'
import { analytics } from './routes/analytics'
import { auth } from './routes/auth'
import { builders } from './routes/builders'
import type { AppContext, AppEnv } from './routes/context'
import { docs } from './routes/docs'
import { endUsers } from './routes/end-users'
import { events } from './routes/events'
import { frame } from './routes/frame'
import { health } from './routes/health'
import { jobs } from './routes/jobs'
import { limitAddress, limitDoor, limitImplementation } from './routes/limit-rate'
import { metrics } from './routes/metrics'
import { observe, tierOf } from './routes/observe'
import { oembed } from './routes/oembed'
import { limits, plans } from './routes/plans'
import { pipelines } from './routes/pipelines'
import { projects } from './routes/projects'
import { protect, protectData, shareWithOrigins } from './routes/protect'
import { savedDashboards } from './routes/saved-dashboards'
import { savedReports } from './routes/saved-reports'
import { wellKnown } from './routes/well-known'
import { marketplace, modules, widgets } from './routes/widgets'

/** The whole API as a value that can be called: `app.request(path)` in tests, `app.fetch` in Node and Workers. */
export function createApp(handles: Handles): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.use(async (c, next) => {
    c.set('handles', handles)
    c.set('platform', handles)
    c.set('requestId', crypto.randomUUID())
    await next()
  })
  app.use(observe, protect)
  app.use('/api/*', protectData, shareWithOrigins(handles.config), limitAddress)
  for (const path of ['register', 'login', 'login/*', 'forgot', 'reset', 'restore', 'verify'])
    app.use(`/api/auth/${path}`, limitDoor)
  app.use('/api/modules/:id/*', limitImplementation)
  app.use('/api/widgets/:id/track', limitImplementation)
  app.route('/', docs)
  app.route('/.well-known', wellKnown)
  app.route('/v1/events', events)
  app.route('/w', frame)
  app.route('/oembed', oembed)
  app.route('/health', health)
  app.route('/metrics', metrics)
  app.route('/api/auth', auth)
  app.route('/api/projects', projects)
  app.route('/api/widgets', widgets)
  app.route('/api/modules', modules)
  app.route('/api/marketplace', marketplace)
  app.route('/api/builders', builders)
  app.route('/api/end-users', endUsers)
  app.route('/api/jobs', jobs)
  app.route('/api/plans', plans)
  app.route('/api/limits', limits)
  app.route('/api/admin', admin)
  app.route('/api/analytics', analytics)
  app.route('/api/analytics/alert-rules', alertRules)
  app.route('/api/analytics/alerts', alerts)
  app.route('/api/analytics/dashboards', savedDashboards)
  app.route('/api/analytics/reports', savedReports)
  app.route('/api/analytics/pipelines', pipelines)
  app.notFound((c) => answer(c, new OrielError('RESOURCE_NOT_FOUND', 'There is nothing at this address.')))
  app.onError((error, c) => answer(c, error))
  return app

  function answer(c: AppContext, error: unknown) {
    const { method, routePath: route } = c.req
    const { status, headers, body } = answerError(handles.log, error, {
      requestId: c.var.requestId,
      method,
      route,
    })
    handles.caches.metrics.countError({ error_code: body.error.code, tier: tierOf(c) })
    return c.json(body, status, headers)
  }
}
