import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serveStatic as serveFiles } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import type { Config } from './config'
import { fileHeadersOf, isPage, PAGE_HEADERS, PAGE_PATH } from './public-files'
import type { AppEnv } from './routes/context'

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
  app.use('/:file{oriel.*}', compress())
  const files = serveFiles({
    root: publicFolder,
    onFound: (_, c) => {
      for (const [name, value] of Object.entries(fileHeadersOf(c.req.path, config) ?? {}))
        c.header(name, value)
    },
  })
  app.use(async (c, next) => (fileHeadersOf(c.req.path, config) ? files(c, next) : next()))
  const page = readFileSync(join(publicFolder, PAGE_PATH), 'utf8').replace(
    '</head>',
    config.reload ? '<script src="/dashboard-reload.js"></script></head>' : '</head>',
  )
  if (config.reload) addReload(app)
  app.get('*', async (c, next) =>
    isPage(c.req.path, c.req.header('accept')) ? c.body(page, 200, PAGE_HEADERS) : next(),
  )
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
