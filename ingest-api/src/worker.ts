import { createClient, ClickHouseLogLevel } from '@clickhouse/client-web'
import type { ExecutionContext } from 'hono'
import postgres from 'postgres'
import inner from '../../dist/frame/inner.json'
import outer from '../../dist/frame/outer.json'
import refused from '../../dist/frame/refused.json'
import { invalidFields } from '../../schema/wire/error'
import { createApp } from './app'
import { createCaches } from './cache'
import { createClickHouse } from './clickhouse'
import { readConfig, type Config } from './config'
import { openDatabase } from './database'
import type { Handles } from './handles'
import { refreshUsage } from './ingest/usage-cache'
import { deriveKeys, type Keys } from './keys'
import { createLog, describeError } from './log'
import { fileHeadersOf, isPage, PAGE_HEADERS, PAGE_PATH } from './public-files'
import { runSchedule } from './schedule'
import { createQueueSpool, drainMessages, type MessageBatch, type MessageQueue } from './spool/queue-spool'

/** The bindings and variables of wrangler.toml. */
type Env = {
  HYPERDRIVE: { connectionString: string }
  EVENTS: MessageQueue
  ASSETS: { fetch(request: Request | URL): Promise<Response> }
  AUTH_SECRET: string
  CLICKHOUSE_URL: string
  PUBLIC_URL: string
} & Partial<Record<'NODE_ENV' | 'LOG_LEVEL' | 'SUPPORT_CONTACT', string>>

/** A Worker cannot say which address its request goes to. */
const NO_FETCH = 'Cannot be fetched at the edge; publish through a Node server.'

/** What outlives a request: plain values only, for on Workers a request must not wait for the I/O of another. */
const caches = createCaches(false)
let isolate: { config: Config; keys: Keys } | undefined

async function openIsolate({ HYPERDRIVE, EVENTS: _events, ASSETS: _assets, ...variables }: Env) {
  const config = readConfig({ ...variables, DATABASE_URL: HYPERDRIVE.connectionString })
  if (!config.clickhouseUrl) throw new Error('CLICKHOUSE_URL is required on Workers.')
  return { config, keys: await deriveKeys(variables.AUTH_SECRET) }
}

/** Opens what one request or one delivery needs. Nothing connects before it is asked something. */
async function openHandles(env: Env): Promise<{ handles: Handles; close: () => Promise<void> }> {
  const { config, keys } = (isolate ??= await openIsolate(env))
  const log = createLog(config.logLevel, (line) => console.log(line))
  // Hyperdrive holds the connections; types are not fetched, which would cost a round trip each time.
  const sql = postgres(env.HYPERDRIVE.connectionString, { max: 5, fetch_types: false, onnotice() {} })
  const clickhouse = createClickHouse(
    createClient({
      url: config.clickhouseUrl!,
      keep_alive: { enabled: false },
      log: { level: ClickHouseLogLevel.OFF },
    }),
  )
  const handles: Handles = {
    config,
    db: openDatabase(sql),
    clickhouse,
    spool: createQueueSpool(env.EVENTS, log),
    keys,
    frame: { outer, inner, refused },
    caches,
    log,
    fetchBundle: () => Promise.reject(invalidFields([{ path: 'bundleUrl', message: NO_FETCH }])),
    now: Date.now,
  }
  return { handles, close: () => sql.end({ timeout: 5 }) }
}

/** The loader, or the dashboard's files and page, with the headers that they have everywhere. */
async function findAsset(request: Request, { ASSETS }: Env, config: Config): Promise<Response | undefined> {
  const url = new URL(request.url)
  const fileHeaders = fileHeadersOf(url.pathname, config)
  if (!fileHeaders && !isPage(url.pathname, request.headers.get('accept'))) return undefined
  const found = await ASSETS.fetch(fileHeaders ? request : new URL(PAGE_PATH, url))
  if (found.status === 404) return undefined
  const response = new Response(found.body, found)
  for (const [name, value] of Object.entries(fileHeaders ?? PAGE_HEADERS)) response.headers.set(name, value)
  return response
}

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    const { handles, close } = await openHandles(env)
    try {
      return (
        (await findAsset(request, env, handles.config)) ??
        (await createApp(handles).fetch(request, env, context))
      )
    } finally {
      context.waitUntil(close())
    }
  },

  async queue(batch: MessageBatch, env: Env, context: ExecutionContext): Promise<void> {
    const { handles, close } = await openHandles(env)
    try {
      const stored = await drainMessages(handles, batch)
      if (stored) await refreshUsage(handles, stored.outcomes.implementations)
    } catch (error) {
      // The events are stored; the counts beside them are made anew with the next ones.
      handles.log.warn('usage counts are behind', describeError(error))
    } finally {
      context.waitUntil(close())
    }
  },

  /** Every minute, see the triggers in wrangler.toml. */
  async scheduled(
    { scheduledTime }: { scheduledTime: number },
    env: Env,
    context: ExecutionContext,
  ): Promise<void> {
    const { handles, close } = await openHandles(env)
    try {
      await runSchedule(handles, scheduledTime)
    } finally {
      context.waitUntil(close())
    }
  },
}
