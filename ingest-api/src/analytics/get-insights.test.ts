import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Insights } from '../../../schema/wire/analytics'
import type { Implementation, Login, Project } from '../../../schema/wire/api'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { storeEvents, type TestEvent } from '../testing-events'
import { getInsights } from './get-insights'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const now = Date.parse('2026-10-20T10:20:00Z')

let handles: TestHandles
let client: ReturnType<typeof createClient>
let builder: Login
let owner: Login
let admin: Login
let poll: Project
let shop: Implementation
let blog: Implementation

/** So many sessions of a version, one after the other within a day, the first of them with an error. */
const sessions = (version: string, since: number, count: number, withErrors: number): TestEvent[] =>
  Array.from({ length: count }, (_, index): TestEvent[] => {
    const own = { at: since + index * 60_000, version, session: `se_${version}_${index}` }
    return [own, ...(index < withErrors ? [{ ...own, type: 'error' as const }] : [])]
  }).flat()

beforeAll(async () => {
  handles = await createTestHandles()
  handles.setNow(now)
  client = createClient(handles)
  builder = await client.person('builder')
  owner = await client.person('end_user')
  admin = await client.person('super_admin')
  poll = await client.releasedProject(builder)
  expect((await client.publish(builder, poll.id, '1.1.0')).status).toBe(201)
  await client.release(builder, poll.id, '1.1.0')
  shop = (await client.implement(owner, poll.id, { name: 'Shop' })).data
  const other = await client.releasedProject(builder)
  blog = (await client.implement(owner, other.id, { name: 'Blog' })).data
  await storeEvents(handles, shop, [
    ...sessions('1.0.0', now - 3 * DAY, 300, 3),
    ...sessions('1.1.0', now - 2 * DAY, 200, 30),
    { at: now - 10 * DAY, times: 500, session: 'se_before' },
  ])
  await storeEvents(handles, blog, [{ at: now - 10 * DAY, times: 90 }])
})
afterAll(() => handles.close())

const ask = async (as: Login, query = '') =>
  (await client.call<Insights>('GET', `/api/analytics/insights${query}`, { as })).data

test('each owner hears what stands out, the most important first, with its numbers', async () => {
  for (const as of [builder, owner, admin]) {
    const { from, to, days, insights } = await ask(as)
    expect({ from, to, days }).toEqual({
      from: to - 7 * DAY,
      to: Date.parse('2026-10-20T10:15:00Z'),
      days: 7,
    })
    expect(insights.map(({ sentence }) => sentence)).toEqual([
      `${poll.name} 1.1.0 had an error in 15% of 200 sessions in the last 7 days, 1.0.0 in 1% of 300. ` +
        'Chance alone makes such a difference less than once in 100,000 times.',
      '“Blog” was not shown in the last 7 days, after 90 times in the 7 days before.',
    ])
    expect(insights[0]!.evidence).toMatchObject({
      metric: 'sessionsWithErrors',
      value: 0.15,
      against: 0.01,
      project: { id: poll.id, name: poll.name },
      versions: [
        { version: '1.1.0', sessions: 200, withErrors: 30 },
        { version: '1.0.0', sessions: 300, withErrors: 3 },
      ],
    })
    expect(insights[1]!.evidence).toMatchObject({
      metric: 'loads',
      value: 0,
      against: 90,
      implementation: { id: blog.id, name: 'Blog' },
    })
  }
})

test('what it is narrowed to is all that is told of', async () => {
  const kinds = async (query: string) => (await ask(owner, query)).insights.map(({ kind }) => kind)
  expect(await kinds(`?implementation=${blog.id}`)).toEqual(['mover'])
  expect(await kinds(`?project=${poll.id}`)).toEqual(['version'])
})

test('nobody hears of others, and where nothing stands out nothing is said', async () => {
  expect((await ask(await client.person('builder'))).insights).toEqual([])
  expect((await ask(await client.person('end_user'))).insights).toEqual([])
  // In ten days nothing was before.
  expect(
    (await ask(owner, `?implementation=${blog.id}&days=31`)).insights.map(({ sentence }) => sentence),
  ).toEqual(['“Blog” was shown 90 times in the last 31 days, and not once in the 31 days before.'])
  for (const query of ['?days=0', '?days=32', '?timezone=x'])
    expect((await client.call('GET', `/api/analytics/insights${query}`, { as: owner })).status).toBe(400)
})

test('it takes a handful of questions, and none while nothing changes', async () => {
  const { clickhouse } = handles
  let asked = 0
  const query: typeof clickhouse.query = (sql, params) => {
    asked++
    return clickhouse.query(sql, params)
  }
  const counted = { ...handles, clickhouse: { ...clickhouse, query } }
  const who = { userId: owner.user.id, persona: 'end_user' } as const
  const tell = () => getInsights(counted, who, { days: 3, timezone: 'Asia/Kolkata' }, {})
  await tell()
  // Five, where buckets begin, and up to when usage is sealed.
  expect(asked).toBeLessThanOrEqual(15)
  asked = 0
  await tell()
  expect(asked).toBe(0)
})
