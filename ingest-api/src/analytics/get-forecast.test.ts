import { afterAll, beforeAll, expect, test } from 'vitest'
import { revenueEvents } from '../../../schema/tables/revenue'
import type { Forecast } from '../../../schema/wire/analytics'
import type { Implementation, Login } from '../../../schema/wire/api'
import { newId } from '../new-id'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { storeEvents } from '../testing-events'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** The clocks of Amsterdam go back on the 25th of October. */
const now = Date.parse('2026-10-20T10:20:00Z')

let handles: TestHandles
let client: ReturnType<typeof createClient>
let builder: Login
let owner: Login
let admin: Login
let steady: Implementation
let young: Implementation

beforeAll(async () => {
  handles = await createTestHandles()
  handles.setNow(now)
  client = createClient(handles)
  builder = await client.person('builder')
  owner = await client.person('end_user')
  admin = await client.person('super_admin')
  steady = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
  young = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
  // Ten loads at nine in Amsterdam on weekdays, two at weekends, for five weeks.
  const days = Array.from({ length: 36 }, (_, day) => Date.parse('2026-09-15T07:05:00Z') + day * DAY)
  const isWeekend = (at: number) => [0, 6].includes(new Date(at).getUTCDay())
  await storeEvents(
    handles,
    steady,
    days.map((at) => ({ at, times: isWeekend(at) ? 2 : 10 })),
  )
  await storeEvents(handles, young, [{ at: now - 2 * DAY, times: 3 }])
  for (const at of days)
    await handles.db.insert(revenueEvents).values({
      id: newId('revenueEvent'),
      implementationId: steady.id,
      builderId: builder.user.id,
      endUserId: owner.user.id,
      amount: -30,
      eventType: 'refund',
      createdAt: new Date(at),
    })
})
afterAll(() => handles.close())

const ask = async (query: string, as = owner) =>
  (await client.call<Forecast>('GET', `/api/analytics/forecasts?timezone=Europe/Amsterdam&${query}`, { as }))
    .data
const local = (at: number) =>
  new Intl.DateTimeFormat('sv', {
    timeZone: 'Europe/Amsterdam',
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(at)

test('what repeats itself each week is continued from the day that is running, at local midnights', async () => {
  for (const as of [builder, owner, admin]) {
    const { history, points, note } = await ask(
      `metric=loads&interval=day&horizon=8&implementation=${steady.id}`,
      as,
    )
    expect(note).toBe(null)
    expect(history).toHaveLength(35)
    expect(local(history.at(-1)!.at)).toBe('2026-10-19 00:00')
    expect(points.map(({ at, value }) => [local(at), Math.round(value)])).toEqual([
      ['2026-10-20 00:00', 10],
      ['2026-10-21 00:00', 10],
      ['2026-10-22 00:00', 10],
      ['2026-10-23 00:00', 10],
      ['2026-10-24 00:00', 2],
      ['2026-10-25 00:00', 2],
      ['2026-10-26 00:00', 10],
      ['2026-10-27 00:00', 10],
    ])
  }
})

test('a single day that stood out is not expected to come again', async () => {
  const busy = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
  await storeEvents(
    handles,
    busy,
    Array.from({ length: 42 }, (_, index) => ({
      at: now - (index + 1) * DAY,
      times: index === 4 ? 300 : 40,
    })),
  )
  const { history, points } = await ask(`horizon=7&implementation=${busy.id}`)
  expect(history.at(-5)!.value).toBe(300)
  for (const { value, high95 } of points) {
    expect(value).toBeGreaterThan(35)
    expect(high95).toBeLessThan(200)
  }
})

test('every model says what it would have been wrong by, and the best of them is used', async () => {
  const { model, models, backtest } = await ask(`interval=hour&implementation=${steady.id}`)
  expect(models.map((one) => `${one.model} ${one.season}`)).toEqual([
    'seasonal_naive 24',
    'seasonal_naive 168',
    'holt_winters 24',
    'holt_winters 168',
  ])
  expect(model!.meanAbsoluteError).toBe(Math.min(...models.map(({ meanAbsoluteError }) => meanAbsoluteError)))
  expect(model).toMatchObject({ model: 'seasonal_naive', season: 168, meanAbsoluteError: 0 })
  expect(backtest!.steps).toBe(48)
})

test('a widget that is too young gets a plain answer', async () => {
  const forecast = await ask(`implementation=${young.id}`)
  expect(forecast).toMatchObject({ points: [], model: null, models: [], backtest: null })
  expect(forecast.history).toHaveLength(2)
  expect(forecast.note).toBe('A forecast by day needs 21 whole days since the first event; there are 2.')
  expect((await ask(`metric=errors&interval=hour`, await client.person('builder'))).note).toBe(
    'A forecast by hour needs 72 whole hours since the first event; there are 0.',
  )
})

test('money may be expected to go down, and is for those who may see it', async () => {
  const { points, currency } = await ask(`metric=revenue&horizon=2&implementation=${steady.id}`)
  expect(currency).toBe('USD')
  expect(points.map(({ value }) => Math.round(value))).toEqual([-30, -30])
  const { data } = await client.call<{ key: string }>('POST', '/api/auth/api-keys', {
    as: builder,
    body: { name: 'Usage only', scopes: ['manage_implementations'] },
  })
  const as = { ...builder, accessToken: data.key }
  const refused = await client.call('GET', '/api/analytics/forecasts?metric=revenue', { as })
  expect(refused.status).toBe(403)
})

test.each(['metric=errorRate', 'interval=week', 'horizon=0', 'horizon=169', 'timezone=Mars/Olympus'])(
  'refuses %s',
  async (query) => {
    const { status } = await client.call('GET', `/api/analytics/forecasts?${query}`, { as: owner })
    expect(status).toBe(400)
  },
)
