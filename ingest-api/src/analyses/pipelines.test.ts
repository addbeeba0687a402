import { eq } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { analyses } from '../../../schema/tables/analyses'
import type { Implementation, Login } from '../../../schema/wire/api'
import { ANALYSIS_NAMES, type Pipeline, type PipelineRun } from '../../../schema/wire/pipeline'
import { runAlerts } from '../alerts/run-alerts'
import { createCaches } from '../cache'
import { openDatabase } from '../database'
import { runSchedule } from '../schedule'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { storeEvents } from '../testing-events'
import { noteRun } from './run-analysis'

const MINUTE = 60_000
const NOW = Date.UTC(2026, 5, 10, 12) + 20_000
const PATH = '/api/analytics/pipelines'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let admin: Login
let owner: Login
let widget: Implementation
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  handles.setNow(NOW)
  admin = await client.person('super_admin')
  owner = await client.person('end_user')
  const project = await client.releasedProject(await client.person('builder'))
  widget = (await client.implement(owner, project.id)).data
})
afterAll(() => handles.close())
beforeEach(async () => {
  handles.setNow(NOW)
  handles.caches.noted.clear()
  const fresh = {
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    error: null,
    failedAt: null,
    claim: null,
  }
  await handles.db.update(analyses).set({ ...fresh, nextAt: new Date(0) })
})

const list = async (as: Login) => (await client.call<Pipeline[]>('GET', PATH, { as })).data
const find = async (name: string, as = admin) => (await list(as)).find((one) => one.name === name)!
const run = (name: string, as = owner) => client.call<PipelineRun>('POST', `${PATH}/${name}/run`, { as })

describe('the platform’s people see', () => {
  test('everything that runs by itself, and that nothing has run before it has', async () => {
    const all = await list(admin)
    expect(all.map(({ name }) => name)).toEqual([...ANALYSIS_NAMES])
    for (const one of all) expect(one).toMatchObject({ lastRunAt: null, lastError: null, nextRunAt: null })
  })

  test('when one ended, how long it took and when it is due, whoever ran it', async () => {
    await runAlerts({ ...handles, caches: createCaches(true) })
    const alerts = await find('alerts')
    expect(alerts).toMatchObject({
      everyMs: MINUTE,
      lastRunAt: NOW,
      nextRunAt: NOW + 40_000,
      lastError: null,
    })
    expect(alerts.lastRunMs).toBeGreaterThanOrEqual(0)
  })

  test('what went wrong last, also after it went well again', async () => {
    const away = { ...handles.clickhouse, query: () => Promise.reject(new Error('is away')) }
    await runAlerts({ ...handles, clickhouse: away })
    expect(await find('alerts')).toMatchObject({
      lastError: expect.stringContaining('is away'),
      lastErrorAt: NOW,
    })
    handles.setNow(NOW + MINUTE)
    await runAlerts(handles)
    expect(await find('alerts')).toMatchObject({ lastRunAt: NOW + MINUTE, lastErrorAt: NOW })
  })

  test('what Workers do in their minute', async () => {
    await runSchedule(handles, NOW - (NOW % 3_600_000))
    for (const name of ['alerts', 'reports', 'sealing', 'comparison'])
      expect(await find(name)).toMatchObject({ name, lastRunAt: NOW, lastError: null })
    // The last Worker is gone again.
    const released = JSON.stringify({ spool: 'queue', drained_to: NOW, holds: false })
    await handles.clickhouse.insert('spool_watermarks', 'released', released)
  })
})

describe('what runs every second', () => {
  const noted = async () => (await find('rollup')).lastRunAt

  test('is noted once a minute, and at once when it fails and when it has recovered', async () => {
    const runAt = (at: number, work: () => Promise<unknown>) => {
      handles.setNow(at)
      return noteRun(handles, 'rollup', work)
    }
    const well = () => Promise.resolve('well')
    const ill = () => Promise.reject(new Error('ill'))
    expect(await runAt(NOW, well)).toBe('well')
    await runAt(NOW + 10_000, well)
    expect(await noted()).toBe(NOW)
    await runAt(NOW + MINUTE, well)
    expect(await noted()).toBe(NOW + MINUTE)
    await expect(runAt(NOW + MINUTE + 2_000, ill)).rejects.toThrow('ill')
    await expect(runAt(NOW + MINUTE + 3_000, ill)).rejects.toThrow('ill')
    expect(await find('rollup')).toMatchObject({ lastErrorAt: NOW + MINUTE + 2_000, nextRunAt: null })
    await runAt(NOW + MINUTE + 4_000, well)
    expect(await noted()).toBe(NOW + MINUTE + 4_000)
  })

  test('goes on without Postgres', async () => {
    const nowhere = postgres('postgres://127.0.0.1:1/nothing', { max: 1, onnotice() {} })
    const broken = { ...handles, db: openDatabase(nowhere) }
    expect(await noteRun(broken, 'rollup', () => Promise.resolve('done'))).toBe('done')
    await nowhere.end()
  })

  test('is in the metrics', async () => {
    await noteRun(handles, 'rollup', () => Promise.resolve())
    handles.setNow(NOW + 30_000)
    const text = await (await client.app.request('/metrics')).text()
    expect(text).toMatch(/^analysis_age_seconds\{analysis="rollup"\} 30$/m)
    expect(text).toMatch(/^analysis_runs_total\{analysis="rollup",outcome="done"\} \d+$/m)
    expect(text).toMatch(/^analysis_seconds_total\{analysis="rollup"\} /m)
  })
})

describe('everybody else sees and runs', () => {
  const rule = { name: 'Errors', metric: 'errors', condition: 'above', threshold: 3, windowMinutes: 5 }

  test('their own rules and reports, and nobody else’s', async () => {
    const none = { lastRunAt: null, lastRunMs: null, lastError: null, nextRunAt: null, subjects: 0 }
    expect(await list(owner)).toMatchObject([
      { name: 'alerts', ...none },
      { name: 'reports', ...none },
    ])
    const [, stranger] = [
      await client.call('POST', '/api/analytics/alert-rules', { as: owner, body: rule }),
      await client.person('end_user'),
    ]
    await client.call('POST', '/api/analytics/alert-rules', { as: stranger, body: rule })
    const report = { name: 'Daily', metrics: ['loads'], period: 'day', schedule: 'daily' }
    await client.call('POST', '/api/analytics/reports', { as: owner, body: report })
    await storeEvents(handles, widget, [{ at: NOW - MINUTE, times: 5, type: 'error' }])
    expect((await run('alerts')).data).toMatchObject({ name: 'alerts', subjects: 1, changes: 1, unknown: 0 })
    expect((await run('alerts')).data).toMatchObject({ subjects: 1, changes: 0 })
    expect((await run('reports')).data).toMatchObject({ name: 'reports', subjects: 0, changes: 0 })
    const [alerts, reports] = await list(owner)
    expect(alerts).toMatchObject({ subjects: 1, lastRunAt: NOW, nextRunAt: null })
    expect(reports).toMatchObject({ subjects: 1, nextRunAt: Date.UTC(2026, 5, 11, 8) })
    expect((await find('alerts', stranger)).lastRunAt).toBeNull()
    handles.setNow(NOW + 20 * MINUTE)
    await handles.db
      .update(analyses)
      .set({ nextAt: new Date(NOW + 21 * MINUTE) })
      .where(eq(analyses.name, 'alerts'))
    const away = { ...handles.clickhouse, query: () => Promise.reject(new Error('away')) }
    await runAlerts({ ...handles, clickhouse: away, now: () => NOW + 22 * MINUTE })
    handles.setNow(NOW)
    expect(await find('alerts', owner)).toMatchObject({ lastError: '1 of your rules cannot be told now.' })
  })

  test('nothing that is the platform’s', async () => {
    for (const [name, as] of [
      ['sealing', owner],
      ['sealing', admin],
      ['nothing', owner],
    ] as const)
      expect((await run(name, as)).status).toBe(404)
  })

  test('at most six times a minute', async () => {
    const limited = createClient({ ...handles, config: { ...handles.config, rateLimits: true } })
    const statuses: number[] = []
    for (const name of ['alerts', 'reports', 'alerts', 'reports', 'alerts', 'reports', 'alerts'])
      statuses.push((await limited.call('POST', `${PATH}/${name}/run`, { as: owner })).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429])
  })
})
