import { afterAll, beforeAll, expect, test } from 'vitest'
import { INTERVALS } from '../../../schema/wire/api'
import { uuidV7 } from '../../../schema/wire/id'
import { createTestHandles, type TestHandles } from '../testing'
import { countUsage } from './count-usage'

let handles: TestHandles
beforeAll(async () => {
  handles = await createTestHandles()
})
afterAll(() => handles.close())

let builders = 0
/** A builder with one load at each of these times. */
async function builderWith(times: number[]) {
  const builderId = `us_${++builders}`
  const lines = times.map((at) =>
    JSON.stringify({ id: uuidV7(at), builder_id: builderId, event_type: 'load', created_at: at }),
  )
  await handles.clickhouse.insert('events', `test:${builderId}`, lines.join('\n'))
  return { whose: 'builder', builderId } as const
}

const local = (at: number, timezone: string) =>
  new Intl.DateTimeFormat('sv', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' }).format(at)

test.each([
  // Clocks go forward on 29 March and back on 25 October 2026.
  ['Europe/Amsterdam', '2026-03-27T00:00:00Z', '2026-04-01T00:00:00Z'],
  ['Europe/Amsterdam', '2026-10-23T00:00:00Z', '2026-10-28T00:00:00Z'],
  // Half past and quarter to the hour; a change of half an hour.
  ['Asia/Kolkata', '2026-01-01T00:00:00Z', '2026-01-05T00:00:00Z'],
  ['Asia/Kathmandu', '2026-01-01T00:00:00Z', '2026-01-05T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-03T00:00:00Z', '2026-04-07T00:00:00Z'],
  ['America/St_Johns', '2026-10-30T00:00:00Z', '2026-11-03T00:00:00Z'],
])('cuts days of %s from %s at local midnight and misses none', async (timezone, start, end) => {
  const [from, to] = [Date.parse(start), Date.parse(end)]
  const times: number[] = []
  for (let at = from; at < to; at += 30 * 60_000) times.push(at)
  const tenant = await builderWith(times)
  const { series, totals } = await countUsage(handles, tenant, { from, to, interval: 'day', timezone })
  expect(totals.loads).toBe(times.length)
  for (const { at } of series) expect(local(at, timezone)).toMatch(/ 00:00:00$/)
  const days = groupBy(times, timezone)
  expect(series.map(({ at, loads }) => [local(at, timezone).slice(0, 10), loads])).toEqual(
    [...days].map(([day, of]) => [day, of.length]),
  )
})

const groupBy = (times: number[], timezone: string) => {
  const days = new Map<string, number[]>()
  for (const at of times) {
    const day = local(at, timezone).slice(0, 10)
    days.set(day, [...(days.get(day) ?? []), at])
  }
  return days
}

test.each(INTERVALS)('fills empty buckets of a %s', async (interval) => {
  const from = Date.parse('2026-02-10T10:20:30Z')
  const length = {
    minute: 60_000,
    hour: 3_600_000,
    day: 86_400_000,
    week: 604_800_000,
    month: 31 * 86_400_000,
  }[interval]
  const to = from + 5 * length
  const tenant = await builderWith([from, to - 1, to])
  const { series, totals } = await countUsage(handles, tenant, { from, to, interval, timezone: 'UTC' })
  expect(totals.loads).toBe(2)
  expect(series.length).toBeGreaterThanOrEqual(5)
  expect(series[0]!.loads).toBe(1)
  expect(series[0]!.at).toBeLessThanOrEqual(from)
  expect(series.at(-1)!.loads).toBe(1)
  expect(series.slice(1, -1).every(({ loads }) => loads === 0)).toBe(true)
  expect(new Set(series.map(({ at }) => at)).size).toBe(series.length)
})

test('counts a repeated id once', async () => {
  const at = Date.now()
  const line = JSON.stringify({ id: uuidV7(at), builder_id: 'us_repeat', event_type: 'load', created_at: at })
  await handles.clickhouse.insert('events', 'test:repeat:1', line)
  await handles.clickhouse.insert('events', 'test:repeat:2', `${line}\n${line}`)
  const question = { from: at - 1000, to: at + 1000, interval: 'hour', timezone: 'UTC' } as const
  const { totals } = await countUsage(handles, { whose: 'builder', builderId: 'us_repeat' }, question)
  expect(totals.loads).toBe(1)
})
