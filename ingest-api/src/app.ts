import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { OrielError, type ErrorBody, type ErrorCode, type ErrorDetails } from '../../schema/wire/error'
import type { Handles } from './handles'
import { describeError } from './log'
import { analytics } from './routes/analytics'
import { auth } from './routes/auth'
import { builders } from './routes/builders'
import type { AppContext, AppEnv } from './routes/context'
import { endUsers } from './routes/end-users'
import { events } from './routes/events'
import { frame } from './routes/frame'
import { health } from './routes/health'
import { projects } from './routes/projects'
import { marketplace, modules, widgets } from './routes/widgets'

/** The whole API as a value that can be called: `app.request(path)` in tests, `app.fetch` in Node and Workers. */
export function createApp(handles: Handles): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.use(async (c, next) => {
    c.set('handles', handles)
    c.set('requestId', crypto.randomUUID())
    await next()
    c.header('X-Request-Id', c.var.requestId)
    c.header('X-Content-Type-Options', 'nosniff')
  })
  app.use('/api/*', async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
  })
  app.route('/v1/events', events)
  app.route('/w', frame)
  app.route('/health', health)
  app.route('/api/auth', auth)
  app.route('/api/projects', projects)
  app.route('/api/widgets', widgets)
  app.route('/api/modules', modules)
  app.route('/api/marketplace', marketplace)
  app.route('/api/builders', builders)
  app.route('/api/end-users', endUsers)
  app.route('/api/analytics', analytics)
  app.notFound((c) => answerError(c, 'RESOURCE_NOT_FOUND', 'There is nothing at this address.'))
  app.onError((error, c) => {
    if (error instanceof OrielError) return answerError(c, error.code, error.message, error.details)
    if (error instanceof HTTPException && error.status === 400)
      return answerError(c, 'MALFORMED_REQUEST', error.message || 'The request could not be read.')
    handles.log.error('request failed', {
      requestId: c.var.requestId,
      method: c.req.method,
      route: c.req.routePath,
      ...describeError(error),
    })
    return answerError(
      c,
      'INTERNAL_SERVER_ERROR',
      'Something went wrong on our side. The request id finds it in the log.',
    )
  })
  return app
}

function answerError(c: AppContext, code: ErrorCode, message: string, details?: ErrorDetails) {
  const { status } = new OrielError(code, message)
  if (details?.retryAfterSeconds !== undefined) c.header('Retry-After', String(details.retryAfterSeconds))
  else if (status === 429 || status === 503) c.header('Retry-After', '5')
  c.header('X-Request-Id', c.var.requestId)
  const error = { code, message, requestId: c.var.requestId, ...(details && { details }) }
  return c.json({ success: false, error } satisfies ErrorBody, status)
}
