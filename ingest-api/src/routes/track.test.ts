import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Implementation, Login, Usage } from '../../../schema/wire/api'
import type { Receipt } from '../../../schema/wire/event'
import { uuidV7 } from '../../../schema/wire/id'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let owner: Login
let builder: Login
let widget: Implementation

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  owner = await client.person('end_user')
  builder = await client.person('builder')
  const project = await client.releasedProject(builder)
  widget = (await client.implement(owner, project.id)).data
})
afterAll(() => handles.close())

const track = (body: unknown, as = owner) =>
  client.call<Receipt>('POST', `/api/widgets/${widget.id}/track`, { as, body })

test('an event from a server is counted with those of visitors, and once', async () => {
  const id = uuidV7(Date.now())
  const event = { id, type: 'interaction', name: 'order', data: { total: 3 } }
  expect(await track(event)).toMatchObject({
    status: 202,
    data: { accepted: 1, duplicates: 0, rejected: [] },
  })
  expect((await track(event)).data).toMatchObject({ accepted: 0, duplicates: 1 })
  expect((await track({ type: 'load' })).data.accepted).toBe(1)
  await vi.waitFor(
    async () => {
      const { data } = await client.call<Usage>('GET', '/api/end-users/me/usage', { as: owner })
      expect(data.totals).toMatchObject({ loads: 1, interactions: 1, errors: 0, sessions: 1 })
    },
    { timeout: 10_000 },
  )
})

test('a series is told to each of its owners and to nobody else', async () => {
  const series = (as: Login, filter = '') =>
    client.call<Usage>('GET', `/api/analytics/series?interval=hour${filter}`, { as })
  const [admin, stranger] = [await client.person('super_admin'), await client.person('builder')]
  for (const as of [owner, builder, admin])
    for (const filter of ['', `&implementation=${widget.id}`, `&project=${widget.projectId}`])
      expect((await series(as, filter)).data.totals).toMatchObject({ loads: 1, interactions: 1 })
  expect((await series(stranger)).data.totals.loads).toBe(0)
  expect((await series(stranger, `&implementation=${widget.id}`)).status).toBe(404)
  expect((await series(stranger, `&project=${widget.projectId}`)).status).toBe(404)
  expect((await series(await client.person('end_user'))).data.totals.loads).toBe(0)
})

test('one that is too old is refused by its name', async () => {
  const { status, data } = await track({ id: uuidV7(Date.now() - 49 * 60 * 60 * 1000), type: 'load' })
  expect([status, data.rejected[0]?.code]).toEqual([202, 'too_old'])
})

test.each([
  ['no type', {}],
  ['an unknown type', { type: 'click' }],
  ['somebody else’s implementation', { type: 'load', implementation_id: 'im_1' }],
  ['an id that is none', { type: 'load', id: '1' }],
])('refuses %s', async (_, body) => expect((await track(body)).status).toBe(400))

test('nothing happens in a widget that is paused', async () => {
  await client.call('PATCH', `/api/widgets/${widget.id}/status`, { as: owner, body: { status: 'paused' } })
  handles.setNow(Date.now() + 3_000)
  expect((await track({ type: 'load' })).status).toBe(409)
})
