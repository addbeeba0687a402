import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveStatic as serveFiles } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import type { Config } from './config'
import type { AppEnv } from './routes/context'

/** What the dashboard's page may load and do. uPlot places things by style attributes of the CSSOM, which needs nothing. */
const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
}

/** Puts the loader and the dashboard beside the API, for a process that has them on disk. */
export function serveStatic(
  api: Hono<AppEnv>,
  root: string,
  config: Pick<Config, 'environment' | 'reload'>,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const publicFolder = join(root, 'dist/public')
  app.use('/dashboard/*', compress())
  app.use('/w/*', compress())
  app.use('/api/*', compress())
  app.use('/oriel.js', compress())
  app.use(
    '/dashboard/*',
    serveFiles({
      root: publicFolder,
      // Names carry the hash of the contents.
      onFound: (path, c) =>
        c.header(
          'Cache-Control',
          path.endsWith('.svg') ? 'public, max-age=3600' : 'public, max-age=31536000, immutable',
        ),
    }),
  )
  app.use(
    '/oriel.js',
    serveFiles({
      root: publicFolder,
      onFound: (_, c) => {
        c.header('Cache-Control', config.environment === 'production' ? 'public, max-age=300' : 'no-cache')
        c.header('Access-Control-Allow-Origin', '*')
        c.header('Cross-Origin-Resource-Policy', 'cross-origin')
      },
    }),
  )
  const page = readFileSync(join(publicFolder, 'dashboard/index.html'), 'utf8').replace(
    '</head>',
    config.reload ? '<script src="/dashboard-reload.js"></script></head>' : '</head>',
  )
  if (config.reload) addReload(app)
  // Every other address that a browser opens belongs to the dashboard, which has its own "not found".
  app.get('*', async (c, next) => {
    const isPage =
      c.req.header('accept')?.includes('text/html') &&
      !/^\/(api|v1|w|health|metrics|oembed|dashboard)(\/|$)/.test(c.req.path)
    return isPage ? c.html(page, 200, PAGE_HEADERS) : next()
  })
  app.all('*', (c) => api.fetch(c.req.raw, c.env))
  return app
}

/** A stream that says nothing; when it breaks and comes back, there is a new server with new files. */
function addReload(app: Hono<AppEnv>) {
  app.get('/dashboard-reload', () => {
    const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }
    return new Response(new ReadableStream({ start: (stream) => stream.enqueue(':\n\n') }), { headers })
  })
  app.get('/dashboard-reload.js', (c) =>
    c.body(
      'let open; new EventSource("/dashboard-reload").onopen = () => open ? location.reload() : (open = true)',
      200,
      { 'Content-Type': 'text/javascript' },
    ),
  )
}
