import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Implementation, Login } from '../../../schema/wire/api'
import { uuidV7 } from '../../../schema/wire/id'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { sealUsage } from '../usage/seal-usage'
import { refreshUsage, startUsageCache } from './usage-cache'

const DAY_MS = 24 * 60 * 60 * 1000
let handles: TestHandles
let client: ReturnType<typeof createClient>
let owner: Login
let widget: Implementation
let inserts = 0
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  owner = await client.person('end_user')
  const project = await client.releasedProject(await client.person('builder'))
  widget = (await client.implement(owner, project.id)).data
})
afterAll(() => handles.close())

const rowAt = (at: number, preview = false) =>
  JSON.stringify({
    id: uuidV7(at),
    builder_id: widget.builderId,
    project_id: widget.projectId,
    implementation_id: widget.id,
    end_user_id: widget.endUserId,
    event_type: 'load',
    created_at: at,
    preview,
  })
const insert = (rows: string[]) => handles.clickhouse.insert('events', `cache:${++inserts}`, rows.join('\n'))
const look = async () =>
  (await client.call<Implementation>('GET', `/api/widgets/${widget.id}`, { as: owner })).data

test('an implementation is counted over distinct ids, sealed or not, without previews', async () => {
  const now = Date.now()
  const [old, young] = [rowAt(now - 5 * DAY_MS), rowAt(now - 1_000)]
  await insert([old, old, young, rowAt(now, true)])
  await insert([young])
  while (await sealUsage(handles));
  await refreshUsage(handles, [widget.id, 'im_gone'])
  expect(await look()).toMatchObject({ usageCount: 2, lastActivity: now - 1_000 })
})

test('what was stored is counted soon, and at the latest when the process ends', async () => {
  const cache = startUsageCache(handles)
  await insert([rowAt(Date.now())])
  cache.noteStored([widget.id])
  await cache.close()
  expect((await look()).usageCount).toBe(3)
})

test('the last activity never goes back, as when its events are sealed by the quarter of an hour', async () => {
  const { lastActivity } = await look()
  const later = Date.now() + 5 * DAY_MS
  while (await sealUsage({ ...handles, now: () => later }));
  await refreshUsage(handles, [widget.id])
  expect(await look()).toMatchObject({ usageCount: 3, lastActivity })
})
