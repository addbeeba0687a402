import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Anomalies } from '../../../schema/wire/analytics'
import type { Implementation, Login } from '../../../schema/wire/api'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { storeEvents } from '../testing-events'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Two days after the clocks of Amsterdam went back: the last weeks are seen by other hours of UTC than those before. */
const now = Date.parse('2026-10-27T12:20:00Z')
const MONDAY_MORNING = Date.parse('2026-10-26T08:00:00Z')

let handles: TestHandles
let client: ReturnType<typeof createClient>
let builder: Login
let owner: Login
let admin: Login
let widget: Implementation

beforeAll(async () => {
  handles = await createTestHandles()
  handles.setNow(now)
  client = createClient(handles)
  builder = await client.person('builder')
  owner = await client.person('end_user')
  admin = await client.person('super_admin')
  widget = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
  // Thirty loads each morning at nine in Amsterdam, for six weeks; on the Monday of this week a hundred.
  const mornings = Array.from({ length: 42 }, (_, day) => {
    const at = Date.parse('2026-09-16T07:05:00Z') + day * DAY
    return at < Date.parse('2026-10-25T00:00:00Z') ? at : at + HOUR
  })
  await storeEvents(
    handles,
    widget,
    mornings.map((at) => ({ at, times: at > MONDAY_MORNING && at < MONDAY_MORNING + HOUR ? 100 : 30 })),
  )
})
afterAll(() => handles.close())

const ask = async (query: string, as = owner) =>
  (await client.call<Anomalies>('GET', `/api/analytics/anomalies?timezone=Europe/Amsterdam&${query}`, { as }))
    .data

test('an hour that stands out is told with what was expected of it, by the clocks of its place', async () => {
  for (const as of [builder, owner, admin]) {
    const { from, to, checked, anomalies, note } = await ask(`implementation=${widget.id}`, as)
    expect({ from, to, checked, note }).toEqual({
      from: to - 168 * HOUR,
      to: Date.parse('2026-10-27T12:00:00Z'),
      checked: 168,
      note: null,
    })
    expect(anomalies).toEqual([
      { at: MONDAY_MORNING, actual: 100, expected: 30, score: expect.any(Number), direction: 'above' },
    ])
    expect(anomalies[0]!.score).toBeGreaterThan(7)
  }
})

test('so is a day', async () => {
  const { anomalies, checked } = await ask(`interval=day&project=${widget.projectId}`, builder)
  expect(checked).toBe(28)
  expect(anomalies.map(({ at, actual }) => [new Date(at).toISOString(), actual])).toEqual([
    ['2026-10-25T23:00:00.000Z', 100],
  ])
})

test('without four weeks of events it is said that nothing can be told', async () => {
  const answer = await ask('metric=errors', await client.person('end_user'))
  expect(answer).toMatchObject({ checked: 0, anomalies: [], from: answer.to })
  expect(answer.note).toBe('Anomalies can be told after 4 weeks of events; so far there are 0 hours.')
})

test.each(['metric=revenue', 'metric=sessions', 'interval=minute'])('refuses %s', async (query) => {
  const { status } = await client.call('GET', `/api/analytics/anomalies?${query}`, { as: owner })
  expect(status).toBe(400)
})
