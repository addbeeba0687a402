import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import type { Health, HealthCheck } from '../../../schema/wire/api'
import { describeError } from '../log'
import type { AppEnv } from './context'

const TIMEOUT_MS = 2_000
const startedAt = Date.now()

export const health = new Hono<AppEnv>()

health.get('/', async (c) => {
  const { db, clickhouse, spool, log, now } = c.var.handles
  const check = async (name: string, ask: () => Promise<unknown>): Promise<HealthCheck> => {
    const began = performance.now()
    const ms = () => Math.round(performance.now() - began)
    try {
      await Promise.race([ask(), timeout()])
      return { ok: true, ms: ms() }
    } catch (error) {
      log.warn('health check failed', { check: name, ...describeError(error) })
      return { ok: false, ms: ms(), message: 'It does not answer.' }
    }
  }
  const [postgres, store] = await Promise.all([
    check('postgres', () => db.execute(sql`select 1`)),
    check('clickhouse', () => clickhouse.query('SELECT 1', {})),
  ])
  const failure = spool.failure()
  const checks = {
    postgres,
    clickhouse: store,
    spool: { ok: !failure, ms: 0, ...(failure && { message: failure }) },
  }
  const depth = spool.depth()
  const ok = Object.values(checks).every((one) => one.ok)
  const body: Health = {
    status: ok ? 'ok' : 'failing',
    timestamp: Date.now(),
    version: __VERSION__,
    uptimeSeconds: Math.floor((Date.now() - startedAt) / 1000),
    checks,
    spool: { ...depth, lagMs: depth.oldestAt === null ? 0 : Math.max(0, now() - depth.oldestAt) },
  }
  return c.json(body, ok ? 200 : 503)
})

const timeout = () =>
  new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`No answer in ${TIMEOUT_MS} ms`)), TIMEOUT_MS).unref?.(),
  )
