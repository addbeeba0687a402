import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from '@clickhouse/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EndUserDashboard, Login, Success, Usage } from '../../schema/wire/api'
import { uuidV7 } from '../../schema/wire/id'
import { createClickHouse } from './clickhouse'
import { freePort } from './embedded/postgres'
import { startTimeOf } from './embedded/process'

/** The built server as a user starts it, in Cloudflare's runtime. */
let edge: ChildProcess
let directory: string
let base: string
let frontPort: number
const startedAt = Date.now()
const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oriel-test-'))
  const port = await freePair()
  frontPort = await freePort()
  base = `http://localhost:${port}`
  edge = spawn(process.execPath, ['ingest-api/dist/edge.js'], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      ORIEL_DATA_DIR: directory,
      ORIEL_CLICKHOUSE_FRONT_PORT: String(frontPort),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(edge.stdout!)) if (line === `ready ${base}`) return
  throw new Error('The edge ended before it was ready. Has `npm run build` run?')
}, 120_000)

afterAll(async () => {
  edge.kill('SIGKILL')
  await rm(directory, { recursive: true, force: true, maxRetries: 5 })
})

it('is the version that package.json says, with both engines in reach', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  expect(await (await fetch(`${base}/health`)).json()).toMatchObject({ status: 'ok', version })
})

it('carries an event from a frame through the queue into the usage report, once', async () => {
  const { accessToken } = await signIn()
  const dashboard = () => ask<EndUserDashboard>('/api/end-users/me/dashboard', accessToken)
  /** The count beside the widget's settings, less what the report counts. */
  const difference = async () => {
    const { widgets, usage } = await dashboard()
    const { loads, interactions, errors } = usage.totals
    return widgets[0]!.usageCount - (loads + interactions + errors)
  }
  await expect.poll(difference, { timeout: 30_000, interval: 250 }).toBe(0)
  const { widgets } = await dashboard()

  const frame = await fetch(`${base}/w/${widgets[0]!.id}`)
  expect(frame.status).toBe(200)
  expect(frame.headers.get('content-security-policy')).toContain("script-src 'sha256-")
  const { token } = readData(await frame.text())

  const event = (type: string) => ({ id: uuidV7(Date.now()), type, at: Date.now() })
  const events = [event('load'), { ...event('interaction'), name: 'vote', data: { answer: 'Tea' } }]
  for (let delivery = 0; delivery < 2; delivery++) {
    const response = await post({ token, sentAt: Date.now(), events })
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ accepted: 2, duplicates: 0, rejected: [] })
  }
  expect((await post({ token, sentAt: Date.now(), events: [event('error')] })).status).toBe(202)

  // The demo's own visitors came earlier.
  const usage = () => ask<Usage>(`/api/end-users/me/usage?from=${startedAt}`, accessToken)
  await expect
    .poll(async () => (await usage()).totals, { timeout: 30_000, interval: 250 })
    .toEqual({ loads: 1, interactions: 1, errors: 1, sessions: 1, visitors: 1 })
  await expect.poll(difference, { timeout: 30_000, interval: 250 }).toBe(0)
})

it('seals usage by its own schedule, and reports what was sealed', async () => {
  const { accessToken } = await signIn()
  const { widgets } = await ask<EndUserDashboard>('/api/end-users/me/dashboard', accessToken)
  const password = await readFile(join(directory, 'clickhouse.password'), 'utf8')
  const clickhouse = createClickHouse(
    createClient({ url: `http://default:${password}@127.0.0.1:${frontPort}` }),
  )
  const one = async <Row>(sql: string) => (await clickhouse.query<Row>(sql, {}))[0]!
  const whose = await one<object>(
    `SELECT builder_id, project_id, implementation_id, end_user_id FROM events
     WHERE implementation_id = '${widgets[0]!.id}' LIMIT 1`,
  )
  // Sealed by quarters of an hour, so a period that begins with one is read from them alone.
  const from = Date.now() - (Date.now() % HOUR_MS) - 10 * DAY_MS
  const lines = Array.from({ length: 48 }, (_, hour) => {
    const at = from + hour * HOUR_MS
    const row = { ...whose, id: uuidV7(at), event_type: 'load', created_at: at, session_id: `se_${hour}` }
    return JSON.stringify(row)
  })
  await clickhouse.insert('events', 'edge:old', lines.join('\n'))
  const usage = (interval: string) =>
    ask<Usage>(
      `/api/end-users/me/usage?from=${from}&to=${from + 3 * DAY_MS}&interval=${interval}`,
      accessToken,
    )
  expect((await usage('day')).totals.loads).toBe(48)

  expect((await fetch(`${base}/__scheduled`)).status).toBe(200)
  const { ago } = await one<{ ago: number }>(
    'SELECT toFloat64(now() - max(until)) / 86400 AS ago FROM usage_seals',
  )
  // Six days and two hours, to the hour before: the Worker behind its queue, not the Node process beside it.
  expect(ago).toBeGreaterThan(6 + 2 / 24)
  expect(ago).toBeLessThan(6 + 3 / 24)
  // Where the report gets it from is seen when the events are gone.
  await clickhouse.command(
    'ALTER TABLE events DELETE WHERE created_at < now() - INTERVAL 7 DAY SETTINGS mutations_sync = 1',
  )
  expect((await usage('hour')).totals).toMatchObject({ loads: 48, sessions: 48 })
  const metrics = await (await fetch(`${base}/metrics`)).text()
  expect(metrics).toMatch(/^drain_lag_seconds{spool="queue"} 3492\d\d/m)
  await clickhouse.close()
})

it('says that widgets are configured elsewhere', async () => {
  const { accessToken } = await signIn()
  const headers = { Authorization: `Bearer ${accessToken}`, 'Content-Type': 'application/json' }
  const { widgets } = await ask<EndUserDashboard>('/api/end-users/me/dashboard', accessToken)
  const response = await fetch(`${base}/api/widgets/${widgets[0]!.id}/configuration`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ configuration: { question: 'Here?' } }),
  })
  expect(response.status).toBe(405)
  expect(await response.json()).toMatchObject({ error: { code: 'METHOD_NOT_ALLOWED' } })
})

it('refuses a forged token', async () => {
  const head = btoa(JSON.stringify({ alg: 'HS256' })).replaceAll('=', '')
  const events = [{ id: uuidV7(Date.now()), type: 'load', at: Date.now() }]
  const response = await post({ token: `${head}.${head}.${head}`, sentAt: Date.now(), events })
  expect(response.status).toBe(401)
})

it('serves the loader and the dashboard with the headers that they have on Node', async () => {
  const loader = await fetch(`${base}/oriel.js`)
  expect(loader.status).toBe(200)
  expect(loader.headers.get('cache-control')).toBe('public, max-age=300')
  expect(loader.headers.get('access-control-allow-origin')).toBe('*')

  const page = await fetch(`${base}/end-user`, { headers: { Accept: 'text/html' } })
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  const script = /src="(\/dashboard\/[^"]+\.js)"/.exec(await page.text())![1]
  const file = await fetch(`${base}${script}`)
  expect(file.status).toBe(200)
  expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect((await fetch(`${base}/dashboard/nothing.js`)).status).toBe(404)
})

it('ends cleanly and leaves no process behind', async () => {
  const family = descendantsOf(edge.pid!)
  expect(family.length).toBeGreaterThan(2)
  const closed = once(edge, 'close')
  edge.kill('SIGTERM')
  expect(await closed).toEqual([0, null])
  expect(await Promise.all(family.map(startTimeOf))).toEqual(family.map(() => null))
})

async function signIn(): Promise<Login> {
  const response = await fetch(`${base}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: 'owner@demo.oriel', password: 'demo-owner' }),
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as Success<Login>).data
}

async function ask<T>(path: string, accessToken: string): Promise<T> {
  const response = await fetch(`${base}${path}`, { headers: { Authorization: `Bearer ${accessToken}` } })
  expect(response.status).toBe(200)
  return ((await response.json()) as Success<T>).data
}

const post = (batch: unknown) =>
  fetch(`${base}/v1/events`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain', 'User-Agent': 'Mozilla/5.0 Chrome/142.0.0.0' },
    body: JSON.stringify(batch),
  })

const readData = (html: string): { token: string } =>
  JSON.parse(/<script[^>]* id="oriel"[^>]*>([^<]+)<\/script>/.exec(html)![1]!)

/** The demo page takes the port after the server's. */
async function freePair(): Promise<number> {
  const port = await freePort()
  const probe = createServer().listen(port + 1, '127.0.0.1')
  const isFree = await once(probe, 'listening').then(
    () => true,
    () => false,
  )
  probe.close()
  return isFree ? port : freePair()
}

function descendantsOf(pid: number): number[] {
  const pairs = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const children = (parent: number): number[] =>
    pairs.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child!, ...children(child!)])
  return children(pid)
}
