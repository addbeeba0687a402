import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DataPoint, EventStreams, Kpis } from '../../../schema/wire/analytics'
import type { Implementation, Login, NewApiKey, Usage } from '../../../schema/wire/api'
import { METRIC_IDS, type Metric } from '../../../schema/wire/metric'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { storeEvents } from '../testing-events'
import { visit } from '../testing-visit'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let handles: TestHandles
let client: ReturnType<typeof createClient>
let builder: Login
let owner: Login
let admin: Login
let stranger: Login
let widget: Implementation
let now: number

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  builder = await client.person('builder')
  owner = await client.person('end_user')
  admin = await client.person('super_admin')
  stranger = await client.person('builder')
  widget = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
  now = Math.floor(Date.now() / MINUTE) * MINUTE + 30_000
  handles.setNow(now)
  await storeEvents(handles, widget, [
    { at: now - 3 * MINUTE, times: 10, session: 'se_1' },
    { at: now - 2 * HOUR, times: 30, session: 'se_2' },
    { at: now - 2 * MINUTE, type: 'interaction', name: 'vote', times: 4, session: 'se_1' },
    { at: now - 1000, type: 'interaction', name: 'share', session: 'se_1' },
    { at: now - 30 * HOUR, type: 'error', name: 'TypeError' },
  ])
})
afterAll(() => handles.close())

const get = <Data>(path: string, as: Login) => client.call<Data>('GET', `/api/analytics/${path}`, { as })
const all = () => [builder, owner, admin]

test('the catalogue names what the asker may see', async () => {
  for (const as of all())
    expect((await get<Metric[]>('metrics', as)).data.map(({ id }) => id)).toEqual([...METRIC_IDS])
  const { data } = await client.call<NewApiKey>('POST', '/api/auth/api-keys', {
    as: builder,
    body: { name: 'Usage only', scopes: ['manage_implementations'] },
  })
  const key = { ...builder, accessToken: data.key }
  expect((await get<Metric[]>('metrics', key)).data.map(({ id }) => id)).not.toContain('revenue')
  expect((await get<Kpis>('kpis', key)).data.metrics.map(({ metric }) => metric)).not.toContain('revenue')
  expect((await get('kpis?metrics=loads,revenue', key)).status).toBe(403)
})

test('the key figures agree with the series that they are made of', async () => {
  const query = `from=${now - 24 * HOUR}&to=${now}&interval=hour&timezone=America/St_Johns`
  for (const as of all()) {
    const { data: kpis } = await get<Kpis>(`kpis?${query}`, as)
    const { data: usage } = await get<Usage>(`series?${query}`, as)
    expect(kpis).toMatchObject({
      from: now - 24 * HOUR,
      to: now,
      interval: 'hour',
      timezone: 'America/St_Johns',
    })
    expect(kpis.metrics.map(({ metric }) => metric)).toEqual([...METRIC_IDS])
    for (const id of ['loads', 'interactions', 'errors'] as const) {
      const { value, previous, series } = kpis.metrics.find(({ metric }) => metric === id)!
      expect([value, previous]).toEqual([usage.totals[id], usage.previous.totals[id]])
      expect(series).toEqual(usage.series.map((point) => ({ at: point.at, value: point[id] })))
    }
  }
})

test('only the metrics that are named are told, in the order of the catalogue', async () => {
  const { data } = await get<Kpis>('kpis?metrics=errorRate,loads,loads', owner)
  expect(data.metrics.map(({ metric }) => metric)).toEqual(['loads', 'errorRate'])
  for (const metrics of ['clicks', '', 'loads,', 'loads;errors'])
    expect((await get(`kpis?metrics=${metrics}`, owner)).error.code).toBe('VALIDATION_ERROR')
})

test('an event that comes is in the very next answer', async () => {
  const place = `&implementation=${widget.id}`
  const ask = async () => ({
    loads: (await get<Kpis>(`kpis?to=${now + HOUR}${place}&metrics=loads`, owner)).data.metrics[0]!.value,
    streams: (await get<EventStreams>(`streams?to=${now + HOUR}${place}`, owner)).data.streams.length,
    points: (await get<DataPoint[]>(`streams/interaction?to=${now + HOUR}${place}`, owner)).data.length,
  })
  const before = await ask()
  const visitor = await visit(handles, client, widget.id)
  await visitor.send({ type: 'load' }, { name: 'comment' })
  expect(await ask()).toEqual({
    loads: before.loads! + 1,
    streams: before.streams + 1,
    points: before.points + 1,
  })
})

test('streams are told by type and name, with their rate, their last event, and how good they are', async () => {
  for (const as of all()) {
    const { data } = await get<EventStreams>(`streams?to=${now}&from=${now - 24 * HOUR}`, as)
    expect(data.streams).toEqual([
      { type: 'load', name: '', events: 40, perMinute: 2, lastAt: now - 3 * MINUTE },
      { type: 'interaction', name: 'vote', events: 4, perMinute: 0.8, lastAt: now - 2 * MINUTE },
      // The minute that is running is not over.
      { type: 'interaction', name: 'share', events: 1, perMinute: 0, lastAt: now - 1000 },
    ])
    // What was stored past the door was never counted there; what came through it was.
    const day = new Date(now).toISOString().slice(0, 10)
    expect(data.quality).toEqual([{ day, accepted: 2, duplicates: 0, refused: 0 }])
  }
  expect((await get<EventStreams>('streams', stranger)).data).toMatchObject({ streams: [], quality: [] })
})

test('the newest events of a stream come first, and no more than were asked for', async () => {
  const period = `to=${now}&from=${now - 24 * HOUR}`
  for (const as of all()) {
    const { data: both } = await get<DataPoint[]>(`streams/interaction?${period}&limit=2`, as)
    expect(both.map(({ name }) => name)).toEqual(['share', 'vote'])
    const { data: votes } = await get<DataPoint[]>(`streams/interaction?${period}&name=vote`, as)
    expect(votes.map(({ at }) => at)).toEqual(Array(4).fill(now - 2 * MINUTE))
    const { data: errors } = await get<DataPoint[]>(`streams/error?${period}`, as)
    expect(errors).toEqual([])
  }
  expect((await get('streams/click', owner)).status).toBe(404)
  expect((await get('streams/load?limit=101', owner)).status).toBe(400)
  expect((await get(`streams?from=${now - 32 * 24 * HOUR}&to=${now}`, owner)).status).toBe(400)
})

test('a builder sees that something happened, and not what the visitor sent or in which session', async () => {
  const visitor = await visit(handles, client, widget.id)
  await visitor.send({ name: 'order', data: { total: 3 } })
  const ask = async (as: Login) =>
    (await get<DataPoint[]>(`streams/interaction?name=order&to=${now + HOUR}`, as)).data[0]
  expect(await ask(builder)).toMatchObject({ name: 'order', session: null, data: {} })
  for (const as of [owner, admin])
    expect(await ask(as)).toMatchObject({ name: 'order', session: visitor.session, data: { total: 3 } })
})
