import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app'
import { readConfig } from './config'
import { loadDemo, serveDemoSite } from './demo'
import { ensureAdmin } from './accounts/ensure-admin'
import { createLog, describeError } from './log'
import { openNode } from './open-node'
import { OrielServer } from './serve'
import { serveStatic } from './static'

/** Folder of the package: this file runs as `ingest-api/dist/node.js`. */
const root = fileURLToPath(new URL('../..', import.meta.url))
/** Requests that are under way get this long to end when the process is asked to stop. */
const DRAIN_MS = 10_000

async function main() {
  const config = readConfig(process.env)
  const log = createLog(config.logLevel, (line) => process.stderr.write(`${line}\n`))
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', describeError(error)))
  const handles = await openNode(config, root, log)
  const servers: Server[] = []
  const listen = async (server: Server, port: number) => {
    servers.push(server)
    server.listen(port, config.host)
    await once(server, 'listening')
  }

  let stopping = false
  async function stop() {
    if (stopping) process.exit(1)
    stopping = true
    await Promise.all(servers.map(closeServer))
    await handles.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)

  try {
    if (config.admin) await ensureAdmin(handles, config.admin)
    const demo = config.demo ? await loadDemo(handles, root) : undefined
    await listen(new OrielServer(handles, serveStatic(createApp(handles), root, config).fetch), config.port)
    if (demo) await listen(createServer(getRequestListener(serveDemoSite(demo, root).fetch)), config.port + 1)
    process.stdout.write(`${demo ? demo.describe() : ''}ready ${config.baseUrl}\n`)
  } catch (error) {
    await handles.close()
    throw error
  }
}

/** Takes no new requests and waits for those under way. */
async function closeServer(server: Server) {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref()
  await closed
}

main().catch((error: unknown) => {
  const { code, message } = error as NodeJS.ErrnoException
  const sentence = code === 'EADDRINUSE' ? `${message}. Set PORT to another one.` : message
  process.stderr.write(`Oriel cannot start: ${sentence}\n`)
  process.exit(1)
})
