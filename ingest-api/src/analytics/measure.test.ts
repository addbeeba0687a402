import { afterAll, beforeAll, expect, test } from 'vitest'
import { revenueEvents } from '../../../schema/tables/revenue'
import type { Implementation, Login } from '../../../schema/wire/api'
import { METRIC_IDS, type MetricId } from '../../../schema/wire/metric'
import { newId } from '../new-id'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { storeEvents } from '../testing-events'
import { measure, measureEach, type MetricQuestion } from './measure'

const HOUR = 3_600_000
const to = Date.UTC(2026, 5, 10, 12)
const question: MetricQuestion = { from: to - 3 * HOUR, to, interval: 'hour', timezone: 'UTC' }

let handles: TestHandles
let builder: Login
let owner: Login
let admin: Login
let widget: Implementation
let other: Implementation

beforeAll(async () => {
  handles = await createTestHandles()
  const client = createClient(handles)
  builder = await client.person('builder')
  owner = await client.person('end_user')
  admin = await client.person('super_admin')
  const project = await client.releasedProject(builder)
  widget = (await client.implement(owner, project.id)).data
  other = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
  handles.setNow(to + HOUR)
  await storeEvents(handles, widget, [
    { at: to - 5 * HOUR, times: 4, session: 'se_1' },
    { at: to - 5 * HOUR, times: 2, type: 'error' },
    { at: to - 3 * HOUR, times: 5, session: 'se_2' },
    { at: to - 3 * HOUR + 1, times: 1, type: 'error' },
    { at: to - 1, times: 3, session: 'se_3' },
    { at: to - 1, times: 6, type: 'interaction', session: 'se_3' },
    { at: to, times: 7 },
  ])
  await storeEvents(handles, other, [{ at: to - HOUR, times: 2, session: 'se_4' }])
  await pay(widget, 500, to - 4 * HOUR)
  await pay(widget, 700, to - 2 * HOUR + 60_000)
  await pay(widget, -100, to - 1)
  await pay(other, 50, to - HOUR)
})
afterAll(() => handles.close())

const pay = ({ id, builderId, endUserId }: Implementation, amount: number, at: number) =>
  handles.db.insert(revenueEvents).values({
    id: newId('revenueEvent'),
    implementationId: id,
    builderId,
    endUserId,
    amount,
    eventType: amount < 0 ? 'refund' : 'purchase',
    createdAt: new Date(at),
  })

const ask = (metric: MetricId, as = owner, filter = {}) =>
  measure(handles, { userId: as.user.id, persona: as.user.persona }, { ...question, ...filter, metric })

test('a count is what it was in the period, before it, and in each part of it', async () => {
  expect(await ask('loads', owner, { implementation: widget.id })).toEqual({
    metric: 'loads',
    value: 8,
    previous: 4,
    change: 1,
    series: [
      { at: to - 3 * HOUR, value: 5 },
      { at: to - 2 * HOUR, value: 0 },
      { at: to - HOUR, value: 3 },
    ],
  })
})

test('a rate is told where there were loads, and nowhere else', async () => {
  expect(await ask('errorRate', owner, { implementation: widget.id })).toEqual({
    metric: 'errorRate',
    value: 1 / 8,
    previous: 0.5,
    change: -0.75,
    series: [
      { at: to - 3 * HOUR, value: 0.2 },
      { at: to - 2 * HOUR, value: null },
      { at: to - HOUR, value: 0 },
    ],
  })
  expect(await ask('interactionRate', owner, { implementation: other.id })).toMatchObject({
    value: 0,
    previous: null,
    change: null,
  })
})

test('money is counted with its refunds, by what it is narrowed to', async () => {
  expect(await ask('revenue')).toEqual({
    metric: 'revenue',
    value: 650,
    previous: 500,
    change: 0.3,
    currency: 'USD',
    series: [
      { at: to - 3 * HOUR, value: 0 },
      { at: to - 2 * HOUR, value: 700 },
      { at: to - HOUR, value: -50 },
    ],
  })
  expect(await ask('revenue', builder, { project: other.projectId })).toMatchObject({
    value: 50,
    previous: 0,
  })
  expect(await ask('revenue', admin, { implementation: widget.id })).toMatchObject({ value: 600 })
})

test.each([
  ['builder', () => builder],
  ['end_user', () => owner],
  ['super_admin', () => admin],
] as const)('a %s measures all that is its own', async (_, as) => {
  const { user } = as()
  const all = await measureEach(handles, { userId: user.id, persona: user.persona }, METRIC_IDS, question)
  expect(all.map(({ metric }) => metric)).toEqual([...METRIC_IDS])
  expect(all.map(({ value }) => value)).toEqual([10, 6, 1, 4, 1, 0.1, 0.6, 650])
  const withoutSeries = all.filter(({ series }) => series === undefined).map(({ metric }) => metric)
  expect(withoutSeries).toEqual(['sessions', 'visitors'])
  // One alone may be read in another way.
  for (const known of all) expect(await ask(known.metric, as())).toEqual(known)
})

test('all metrics ask ClickHouse no more than one does', async () => {
  const { clickhouse } = handles
  let asked = 0
  const query: typeof clickhouse.query = (sql, params) => {
    asked++
    return clickhouse.query(sql, params)
  }
  const counted = { ...handles, clickhouse: { ...clickhouse, query } }
  const period = { ...question, from: question.from - HOUR }
  await measureEach(counted, { userId: owner.user.id, persona: 'end_user' }, METRIC_IDS, period)
  expect(asked).toBeLessThanOrEqual(3)
})

test('what is somebody else’s cannot be measured', async () => {
  const stranger = { userId: 'us_stranger', persona: 'end_user' } as const
  for (const metric of ['loads', 'revenue'] as const) {
    const foreign = measure(handles, stranger, { ...question, metric, implementation: widget.id })
    await expect(foreign).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' })
    expect(await measure(handles, stranger, { ...question, metric })).toMatchObject({ value: 0, previous: 0 })
  }
})
