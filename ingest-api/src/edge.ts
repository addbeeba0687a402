import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { createAdaptorServer } from '@hono/node-server'
import { readConfig } from './config'
import { loadDemo, serveDemoSite } from './demo'
import { waitForExit } from './embedded/process'
import { createLog, describeError } from './log'
import { openNode, type NodeHandles } from './open-node'
import { repeat } from './repeat'

/*
 * `npm run edge`: the Worker of wrangler.toml in Cloudflare's own runtime on this machine, on the same engines and
 * data as `npm start`. For trying and testing; the local queue lives in memory and ends with the process.
 */

/** Folder of the package: this file runs as `ingest-api/dist/edge.js`. */
const root = fileURLToPath(new URL('../..', import.meta.url))
/** Preloaded into wrangler: it ends with this process even when that is killed, and takes its runtime along. */
const TETHER = 'data:text/javascript,process.on("disconnect", () => process.exit(1))'
const START_MS = 60_000
const STOP_MS = 10_000
const SCHEDULE_MS = 60_000

async function main() {
  const settings = readConfig(process.env)
  const config = { ...settings, clickhouseFrontPort: settings.clickhouseFrontPort ?? 0 }
  const log = createLog(config.logLevel, (line) => process.stderr.write(`${line}\n`))
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', describeError(error)))
  const handles = await openNode(config, root, log)
  const opened: (() => Promise<unknown>)[] = [handles.close]
  let stopping = false
  async function stop(code: number) {
    if (stopping) process.exit(1)
    stopping = true
    for (const close of opened.reverse()) await close()
    process.exit(code)
  }
  process.on('SIGTERM', () => stop(0)).on('SIGINT', () => stop(0))

  try {
    const demo = config.demo ? await loadDemo(handles, root) : undefined
    const wrangler = startWrangler(handles)
    opened.push(wrangler.stop)
    await wrangler.ready
    opened.push(runTriggers(handles).close)
    void wrangler.ended.then((words) => {
      if (stopping) return
      log.error('wrangler has ended', { words })
      return stop(1)
    })
    if (demo) {
      const site = createAdaptorServer({ fetch: serveDemoSite(demo, root).fetch })
      site.listen(config.port + 1, config.host)
      await once(site, 'listening')
    }
    process.stdout.write(`${demo ? demo.describe() : ''}ready ${config.baseUrl}\n`)
  } catch (error) {
    // Asked to stop in the middle of starting: what failed is what was just taken away.
    if (stopping) return
    for (const close of opened.reverse()) await close()
    throw error
  }
}

/**
 * Locally wrangler runs the schedule when it is asked to, and not by itself. `/__scheduled` comes with `test-scheduled`;
 * `/cdn-cgi/handler/scheduled` fails for Workers with assets: https://github.com/cloudflare/workers-sdk/issues/9882
 */
function runTriggers({ config, log }: NodeHandles) {
  return repeat(async () => {
    await fetch(`http://localhost:${config.port}/__scheduled`)
      .then((response) => response.text())
      .catch((error: unknown) => log.warn('the schedule did not run', describeError(error)))
    return SCHEDULE_MS
  })
}

type Wrangler = {
  /** Resolves when the Worker answers. */
  ready: Promise<void>
  /** Resolves with its last words. */
  ended: Promise<string>
  stop(): Promise<void>
}

function startWrangler({ config, access, log }: NodeHandles): Wrangler {
  const { host, port, dataDir, baseUrl, environment, logLevel } = config
  const variables = { PUBLIC_URL: baseUrl, NODE_ENV: environment, LOG_LEVEL: logLevel }
  const options = {
    config: join(root, 'wrangler.toml'),
    // Secrets come in the environment and from no file that lies about.
    'env-file': '/dev/null',
    ip: host,
    port,
    'inspector-port': 0,
    'persist-to': resolve(dataDir, 'wrangler'),
    'show-interactive-dev-session': false,
    'test-scheduled': true,
  }
  const child = spawn(
    process.execPath,
    [
      '--import',
      TETHER,
      join(root, 'node_modules/wrangler/bin/wrangler.js'),
      'dev',
      ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
      ...Object.entries(variables).map(([name, value]) => `--var=${name}:${value}`),
    ],
    {
      // A group of its own: Ctrl-C in a terminal reaches this process, which then ends wrangler before the engines.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        AUTH_SECRET: access.secret,
        CLICKHOUSE_URL: access.clickhouseUrl,
        CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE: access.postgresUrl,
        // Nothing here asks the network or writes outside the data directory.
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_LOG_PATH: resolve(dataDir, 'wrangler/logs'),
        WRANGLER_REGISTRY_PATH: resolve(dataDir, 'wrangler/registry'),
      },
    },
  )
  let lastWords = ''
  for (const stream of [child.stdout!, child.stderr!])
    createInterface(stream).on('line', (colored) => {
      const line = stripVTControlCharacters(colored).trim()
      // What the Worker logs is a log line already.
      if (line.startsWith('{"at":')) return process.stderr.write(`${line}\n`)
      const isError = line.includes('[ERROR]')
      if (isError || (line && !lastWords.includes('[ERROR]'))) lastWords = line
      return isError ? log.error('wrangler', { line }) : log.debug('wrangler', { line })
    })
  const ended = once(child, 'close').then(() => lastWords)
  return {
    ready: Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(START_MS) }).then(() => undefined),
      ended.then((last) => {
        throw new Error(`wrangler did not start: ${last}`)
      }),
    ]),
    ended,
    async stop() {
      if (child.exitCode !== null || !child.pid) return
      child.kill('SIGTERM')
      if (!(await waitForExit(child.pid, STOP_MS))) process.kill(-child.pid, 'SIGKILL')
      await ended
    },
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`Oriel cannot start: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
