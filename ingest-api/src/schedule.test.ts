import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jobs } from '../../schema/tables/jobs'
import { uuidV7 } from '../../schema/wire/id'
import { startJob } from './privacy/start-job'
import { runSchedule } from './schedule'
import { QUEUE_HOLD_MS } from './spool/queue-hold'
import { createTestHandles, type TestHandles } from './testing'
import { createClient } from './testing-client'
import { compareUsage } from './usage/compare-usage'
import { findHolders } from './usage/held-to'
import { HOUR_MS, sealedUntil } from './usage/sealed-until'

const DAY_MS = 24 * HOUR_MS
const now = Date.now() - (Date.now() % HOUR_MS)
const own = { builder_id: 'us_b', project_id: 'pr_p', implementation_id: 'im_i', end_user_id: 'us_e' }

let handles: TestHandles
beforeAll(async () => {
  handles = await createTestHandles()
  handles.setNow(now)
})
afterAll(() => handles.close())

it('seals what can be sealed behind a queue and compares it, however many run at once', async () => {
  const from = now - 12 * DAY_MS
  const lines = Array.from({ length: 12 * 24 }, (_, hour) => {
    const at = from + hour * HOUR_MS
    const row = { id: uuidV7(at), event_type: 'load', created_at: at, session_id: `se_${hour}`, ...own }
    return JSON.stringify(row)
  })
  await handles.clickhouse.insert('events', 'schedule:events', lines.join('\n'))
  await Promise.all(Array.from({ length: 3 }, () => runSchedule(handles, now)))
  expect(await findHolders(handles)).toContainEqual({
    spool: 'queue',
    drainedTo: now - QUEUE_HOLD_MS - HOUR_MS,
  })
  const until = await sealedUntil(handles)
  expect(until).toBe(now - QUEUE_HOLD_MS - 50 * HOUR_MS)
  const compared = await compareUsage(handles, { from, to: until })
  expect(compared).toMatchObject({ mismatches: 0, sealed: { loads: (until - from) / HOUR_MS } })
  const counted = /^oriel_usage_compared_hours_total (.*)$/m.exec(handles.caches.metrics.render([]))
  // Each of the three in its first minute of an hour also counts a whole day again.
  expect(Number(counted![1])).toBeGreaterThanOrEqual((until - from) / HOUR_MS + 3 * 24)
  expect(handles.logged.join()).not.toContain('sealed later')
})

it('runs jobs that need no disk, and leaves the others to Node', async () => {
  const { user } = await createClient(handles).person('end_user')
  const start = (kind: 'forget_session' | 'export_data') =>
    startJob(handles.db, handles, {
      kind,
      ownerId: user.id,
      subject: { implementationId: 'im_i', builderId: 'us_b', sessionId: 'se_1' },
    })
  const [forget, exported] = [await start('forget_session'), await start('export_data')]
  await runSchedule(handles, now)
  const stepOf = async ({ id }: { id: string }) =>
    (await handles.db.select({ step: jobs.step, status: jobs.status }).from(jobs).where(eq(jobs.id, id)))[0]
  expect(await stepOf(forget)).toEqual({ step: 1, status: 'waiting' })
  expect(await stepOf(exported)).toEqual({ step: 0, status: 'waiting' })
  const sessions = `SELECT session_id FROM events WHERE session_id = 'se_1'`
  expect(await handles.clickhouse.query(sessions, {})).toEqual([])
  // What queues may still bring of it is waited for, longer than an error would be.
  handles.setNow(now + 2 * DAY_MS)
  await runSchedule(handles, now)
  expect(await stepOf(forget)).toEqual({ step: 1, status: 'waiting' })
  handles.setNow(now + QUEUE_HOLD_MS + 26 * HOUR_MS)
  await expect
    .poll(() => runSchedule(handles, now).then(() => stepOf(forget)), { timeout: 10_000 })
    .toEqual({ step: 2, status: 'done' })
})

it('does the one where the other fails', async () => {
  const query = () => Promise.reject(new Error('away'))
  await runSchedule({ ...handles, clickhouse: { ...handles.clickhouse, query } }, now)
  expect(handles.logged.join()).toContain('usage is sealed later')
  expect(handles.logged.join()).not.toContain('jobs are run later')
})
