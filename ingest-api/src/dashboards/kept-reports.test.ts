import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { uuidV7 } from '../../../schema/wire/id'
import type { Handles } from '../handles'
import { countByImplementation } from '../reports/count-by-implementation'
import { countUsage } from '../reports/count-usage'
import { listRecentEvents } from '../reports/list-recent-events'
import { Gathering } from '../reports/gathering'
import type { Asker } from '../reports/tenant'
import { toEventRow } from '../spool/event-row'
import { createTestHandles, type TestHandles } from '../testing'
import { keptCounts, keptRecentEvents, keptUsage } from './kept-reports'

const HOUR = 3_600_000
let handles: TestHandles
/** The same handles, counting what ClickHouse is asked. */
let counted: Handles
let asked: string[] = []
beforeAll(async () => {
  handles = await createTestHandles()
  const { clickhouse } = handles
  const query: typeof clickhouse.query = (sql, params) => {
    asked.push(sql)
    return clickhouse.query(sql, params)
  }
  counted = { ...handles, clickhouse: { ...clickhouse, query } }
})
afterAll(() => handles.close())

const now = Date.UTC(2026, 5, 10, 12)
const question = {
  from: now - 12 * HOUR,
  to: now + HOUR,
  interval: 'hour',
  timezone: 'Asia/Kolkata',
} as const
let tenants = 0
let widget: Extract<Asker, { whose: 'implementations' }>
let builder: Extract<Asker, { whose: 'builder' }>
beforeEach(async () => {
  handles.setNow(now)
  tenants++
  builder = { whose: 'builder', builderId: `us_${tenants}` }
  widget = { whose: 'implementations', builderIds: [builder.builderId], implementationIds: [`im_${tenants}`] }
  await store(`im_${tenants}`, builder.builderId, 'first')
  // What does not depend on the tenant is known from now on.
  await keptUsage(counted, { whose: 'builder', builderId: 'us_nobody' }, question)
  asked = []
})

/** Takes an event through the spool, as every one goes, until it is stored. */
async function store(implementation_id: string, builder_id: string, event_name: string, at = now - HOUR) {
  const id = uuidV7(at)
  const row = { id, event_type: 'interaction', created_at: at, event_name, event_data: '{}' }
  const line = toEventRow({ ...row, builder_id, implementation_id, session_id: `se_${event_name}` })
  await handles.spool.append([{ id, line, account: `${builder_id} ${implementation_id} 2026-06-10` }])
  while (handles.spool.depth().bytes > 0) await setTimeout(10)
}

const askAll = async () => ({
  ofWidget: (await keptUsage(counted, widget, question)).totals.interactions,
  ofBuilder: (await keptUsage(counted, builder, question)).totals.interactions,
  each: (await keptCounts(counted, widget, question, 20)).map(({ interactions }) => interactions),
  names: (await keptRecentEvents(counted, widget, question, 20)).map(({ name }) => name),
})

test('what was asked is not asked again while nothing is stored', async () => {
  const first = await askAll()
  expect(first).toEqual({ ofWidget: 1, ofBuilder: 1, each: [1], names: ['first'] })
  const questions = asked.length
  expect(questions).toBeGreaterThan(0)
  for (let times = 0; times < 5; times++) expect(await askAll()).toEqual(first)
  expect(asked).toHaveLength(questions)
})

test('everybody who asks at once gets the answer to one question', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => keptUsage(counted, widget, question)))
  expect(new Set(answers).size).toBe(1)
  expect(asked).toHaveLength(1)
})

test('what is stored is in the very next answer of its widget and its builder', async () => {
  for (let stored = 1; stored < 6; stored++) {
    const names = Array.from({ length: stored }, (_, n) => (n === 0 ? 'first' : `event ${n}`)).sort()
    const answer = await askAll()
    expect({ ...answer, names: answer.names.sort() }).toEqual({
      ofWidget: stored,
      ofBuilder: stored,
      each: [stored],
      names,
    })
    await store(widget.implementationIds[0]!, builder.builderId, `event ${stored}`)
  }
})

test('who asks after something was stored does not get an answer that was under way before', async () => {
  const { clickhouse } = handles
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const query: typeof clickhouse.query = async (sql, params) => {
    const rows = await clickhouse.query(sql, params)
    await held
    return rows as never
  }
  const slow = keptUsage({ ...handles, clickhouse: { ...clickhouse, query } }, widget, question)
  await setTimeout(200)
  await store(widget.implementationIds[0]!, builder.builderId, 'second')
  const later = keptUsage(handles, widget, question)
  release()
  expect((await slow).totals.interactions).toBe(1)
  expect((await later).totals.interactions).toBe(2)
  expect((await keptUsage(handles, widget, question)).totals.interactions).toBe(2)
})

test('what is stored of others costs nobody an answer', async () => {
  await askAll()
  await store('im_another', 'us_another', 'theirs')
  asked = []
  await askAll()
  expect(asked).toEqual([])
})

test('an answer that grows old is made anew, for what ends by itself, and nobody waits for it', async () => {
  await askAll()
  const row = {
    builder_id: builder.builderId,
    implementation_id: widget.implementationIds[0],
    session_id: 'se_other',
  }
  const line = { ...row, id: uuidV7(now), event_type: 'interaction', event_data: '{}', created_at: now }
  await handles.clickhouse.insert('events', `other:${tenants}`, JSON.stringify(line))
  expect((await askAll()).ofWidget).toBe(1)
  handles.setNow(now + 31_000)
  expect((await askAll()).ofWidget).toBe(1)
  await expect.poll(async () => (await askAll()).ofWidget).toBe(2)
  handles.setNow(now + 120_000)
  expect((await askAll()).ofWidget).toBe(2)
})

test('whoever waits while others ask is asked for together with all who wait', async () => {
  const askers = Array.from({ length: 30 }, (_, n): Asker => ({
    whose: 'builder',
    builderId: `us_waits_${n}`,
  }))
  await Promise.all([...askers, widget, builder].map((tenant) => keptUsage(counted, tenant, question)))
  expect(asked).toHaveLength(2)
})

test('when asking together fails, everybody asks alone, and only whose question is wrong learns of it', async () => {
  const gathering = new Gathering<string>()
  const turns: string[][] = []
  const nameOf = (tenant: Asker) =>
    tenant.whose === 'builder' ? tenant.builderId : tenant.implementationIds[0]!
  const askEach = async (tenants: Asker[]) => {
    turns.push(tenants.map(nameOf))
    await setTimeout(10)
    if (tenants.some((tenant) => nameOf(tenant) === 'us_wrong')) throw new Error('too much')
    return tenants.map((tenant) => `for ${nameOf(tenant)}`)
  }
  const names = ['us_first', 'us_a', 'us_wrong', 'us_b']
  const answers = await Promise.allSettled(
    names.map((builderId) => gathering.ask('usage', { whose: 'builder', builderId }, askEach)),
  )
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'refused'))).toEqual([
    'for us_first',
    'for us_a',
    'refused',
    'for us_b',
  ])
  expect(turns).toEqual([['us_first'], names.slice(1), ['us_a'], ['us_wrong'], ['us_b']])
  expect(await gathering.ask('usage', { whose: 'builder', builderId: 'us_later' }, askEach)).toBe(
    'for us_later',
  )
})

test('nobody asks together with more implementations than one question bears', async () => {
  const gathering = new Gathering<number>()
  const sizes: number[] = []
  const sizeOf = (tenant: Asker) => (tenant.whose === 'builder' ? 1 : tenant.implementationIds.length)
  const askEach = async (tenants: Asker[]) => {
    sizes.push(tenants.reduce((sum, tenant) => sum + sizeOf(tenant), 0))
    await setTimeout(1)
    return tenants.map(() => 0)
  }
  const asks = Array.from({ length: 20 }, (_, n) =>
    gathering.ask(
      'usage',
      { ...widget, implementationIds: Array.from({ length: 100 * n }, String) },
      askEach,
    ),
  )
  await Promise.all([
    ...asks,
    gathering.ask('usage', { ...widget, implementationIds: Array.from({ length: 3_000 }, String) }, askEach),
  ])
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(19_000 + 3_000)
  expect(sizes.filter((size) => size > 2_000)).toEqual([3_000])
})

test('nobody gets the answer to another question, or of another tenant', async () => {
  const ids = ['im_a', 'im_b', 'im_c']
  for (const [index, id] of ids.entries())
    for (let times = 0; times <= index; times++)
      await store(id, `us_of_${id}`, `${id} ${times}`, now - times * HOUR)
  const builders = ids.map((id) => `us_of_${id}`)
  const tenant = fc.oneof(
    // Also those that overlap, and implementations of builders that are not theirs.
    fc.record({
      whose: fc.constant('implementations' as const),
      builderIds: fc.subarray(builders),
      implementationIds: fc.subarray(ids),
    }),
    fc.constantFrom(...ids).map((id): Asker => ({ whose: 'builder', builderId: `us_of_${id}` })),
  )
  const hours = fc.integer({ min: 1, max: 4 })
  const ask = fc.record({ tenant, hours, limit: fc.integer({ min: 1, max: 3 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { minLength: 1, maxLength: 8 }), async (asks) => {
      await Promise.all(
        asks.map(async ({ tenant, hours, limit }) => {
          const period = { ...question, from: question.to - hours * HOUR }
          expect(await keptUsage(handles, tenant, period)).toEqual(await countUsage(handles, tenant, period))
          expect(await keptCounts(handles, tenant, period, limit)).toEqual(
            await countByImplementation(handles, tenant, period, limit),
          )
          expect(await keptRecentEvents(handles, tenant, period, limit)).toEqual(
            await listRecentEvents(handles, tenant, period, limit),
          )
        }),
      )
    }),
    { numRuns: 25 },
  )
})
