import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import type { Config } from '../config'
import type { AppEnv } from './context'

/** For every answer: what a browser must not do with it. A frame brings its own, stricter or wider as it needs. */
export const protect = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  c.header('X-Request-Id', c.var.requestId)
  c.header('X-Content-Type-Options', 'nosniff')
  if (!c.res.headers.has('Referrer-Policy')) c.header('Referrer-Policy', 'no-referrer')
  // Two years, as https://hstspreload.org asks for. Only where TLS is how the public comes in.
  if (c.var.handles.config.baseUrl.startsWith('https:'))
    c.header('Strict-Transport-Security', 'max-age=63072000')
})

/** For answers of the API, which are data and no page. */
export const protectData = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  c.header('Cache-Control', 'no-store')
  c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  c.header('Cross-Origin-Resource-Policy', 'same-origin')
})

/**
 * Lets pages of other origins read the API with a token of their own: those that are named in the settings, and while
 * developing any on this machine. Cookies never cross.
 */
export const shareWithOrigins = ({ corsOrigins, environment }: Pick<Config, 'corsOrigins' | 'environment'>) =>
  cors({
    origin: (origin) => {
      const isLocal =
        environment === 'development' && /^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin)
      return isLocal || corsOrigins.includes(origin) ? origin : null
    },
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match'],
    exposeHeaders: [
      'ETag',
      'X-Request-Id',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'Idempotency-Replayed',
    ],
    maxAge: 600,
  })
