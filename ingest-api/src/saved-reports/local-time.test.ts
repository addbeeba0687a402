import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instantOf, localDayOf, weekdayOf } from './local-time'

const HOUR = 3_600_000
const ZONES = Intl.supportedValuesOf('timeZone')

const clock = (timeZone: string) => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return (at: number) => format.format(at)
}

test.each([
  ['UTC', [2026, 3, 29], 2, '2026-03-29T02:00:00Z'],
  // Put forward from two to three, and back from three to two.
  ['Europe/Amsterdam', [2026, 3, 29], 2, '2026-03-29T01:00:00Z'],
  ['Europe/Amsterdam', [2026, 10, 25], 2, '2026-10-25T00:00:00Z'],
  ['Europe/Amsterdam', [2026, 10, 25], 3, '2026-10-25T02:00:00Z'],
  // Half an hour, and days that begin at one.
  ['Australia/Lord_Howe', [2026, 10, 4], 2, '2026-10-03T15:30:00Z'],
  ['America/Sao_Paulo', [2018, 11, 4], 0, '2018-11-04T03:00:00Z'],
  ['Africa/Cairo', [2026, 4, 24], 0, '2026-04-23T22:00:00Z'],
  // A day that never was.
  ['Pacific/Apia', [2011, 12, 30], 9, '2011-12-30T10:00:00Z'],
  ['Asia/Kathmandu', [2026, 1, 1], 0, '2025-12-31T18:15:00Z'],
  ['Pacific/Kiritimati', [2026, 1, 32], 0, '2026-01-31T10:00:00Z'],
])('in %s %j has its hour %i at %s', (timezone, [year, month, day], hour, at) =>
  expect(new Date(instantOf(timezone, { year: year!, month: month!, day: day! }, hour)).toISOString()).toBe(
    at.replace('Z', '.000Z'),
  ),
)

describe('in every time zone', () => {
  const zone = fc.constantFrom(...ZONES)
  const time = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2100, 0) })

  test('an hour of a day is the first moment at which the clocks have come to it', () => {
    fc.assert(
      fc.property(zone, time, fc.integer({ min: 0, max: 23 }), (timezone, at, hour) => {
        const day = localDayOf(timezone, at)
        const instant = instantOf(timezone, day, hour)
        const show = clock(timezone)
        const wanted = `${day.year}-${pad(day.month)}-${pad(day.day)} ${pad(hour)}:00:00`
        expect(show(instant) >= wanted).toBe(true)
        for (let before = 1; before < 27 * 4; before++)
          expect([timezone, wanted, show(instant - (before * HOUR) / 4) < wanted]).toEqual([
            timezone,
            wanted,
            true,
          ])
        expect(show(instant - 1000) < wanted).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  test('days follow each other without a gap, whatever the clocks do', () => {
    fc.assert(
      fc.property(zone, time, (timezone, at) => {
        const day = localDayOf(timezone, at)
        const [start, end] = [instantOf(timezone, day), instantOf(timezone, { ...day, day: day.day + 1 })]
        expect(start <= at && at < end).toBe(true)
        expect(localDayOf(timezone, start)).toEqual(day)
        expect(localDayOf(timezone, end - 1)).toEqual(day)
      }),
      { numRuns: 500 },
    )
  })
})

test('weeks begin on Monday', () => {
  expect(weekdayOf({ year: 2026, month: 6, day: 8 })).toBe(0)
  expect(weekdayOf({ year: 2026, month: 6, day: 14 })).toBe(6)
})

const pad = (value: number) => String(value).padStart(2, '0')
