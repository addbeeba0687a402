import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REPORT_PERIODS, REPORT_SCHEDULES } from '../../../schema/wire/report'
import { instantOf, localDayOf, weekdayOf } from './local-time'
import { isTooOften, lastPeriod, nextOccurrence } from './periods'

/** When clocks change anywhere in 2026. */
const CHANGES = [
  [Date.UTC(2026, 1, 12), Date.UTC(2026, 3, 28)],
  [Date.UTC(2026, 8, 1), Date.UTC(2026, 10, 5)],
] as const
const ZONES = Intl.supportedValuesOf('timeZone')
const iso = (at: number | null) => new Date(at!).toISOString().slice(0, 16)

test.each([
  ['daily', 8, '2026-06-10T05:59Z', '2026-06-10T06:00'],
  ['daily', 8, '2026-06-10T06:00Z', '2026-06-11T06:00'],
  ['daily', 8, '2026-12-31T08:00Z', '2027-01-01T07:00'],
  // The hour that is skipped, and the one that comes twice.
  ['daily', 2, '2026-03-28T12:00Z', '2026-03-29T01:00'],
  ['daily', 2, '2026-10-24T12:00Z', '2026-10-25T00:00'],
  ['daily', 2, '2026-10-25T00:00Z', '2026-10-26T01:00'],
  ['weekly', 0, '2026-06-10T12:00Z', '2026-06-14T22:00'],
  ['weekly', 9, '2026-06-15T06:59Z', '2026-06-15T07:00'],
  ['monthly', 8, '2026-01-31T12:00Z', '2026-02-01T07:00'],
  ['monthly', 8, '2026-12-01T07:00Z', '2027-01-01T07:00'],
] as const)('%s at %i in Amsterdam comes after %s at %s', (schedule, hour, after, next) =>
  expect(iso(nextOccurrence({ schedule, timezone: 'Europe/Amsterdam', hour }, Date.parse(after)))).toBe(next),
)

test.each([
  ['day', 'Europe/Amsterdam', '2026-03-30T06:00Z', '2026-03-28T23:00', '2026-03-29T22:00'],
  ['day', 'UTC', '2026-06-10T00:00Z', '2026-06-09T00:00', '2026-06-10T00:00'],
  ['week', 'America/New_York', '2026-06-10T12:00Z', '2026-06-01T04:00', '2026-06-08T04:00'],
  ['month', 'Asia/Kolkata', '2026-03-01T00:00Z', '2026-01-31T18:30', '2026-02-28T18:30'],
  // The day before the last of 2011 never was in Samoa.
  ['day', 'Pacific/Apia', '2011-12-30T12:00Z', '2011-12-29T10:00', '2011-12-30T10:00'],
] as const)('the last %s of %s at %s is from %s to %s', (period, timezone, at, from, to) => {
  const last = lastPeriod({ period, timezone }, Date.parse(at))
  expect([iso(last.from), iso(last.to)]).toEqual([from, to])
})

test('is never sent, or not more often than its period ends', () => {
  expect(nextOccurrence({ schedule: 'none', timezone: 'UTC', hour: 8 }, 0)).toBeNull()
  const allowed = REPORT_PERIODS.map((period) =>
    REPORT_SCHEDULES.filter((schedule) => !isTooOften({ schedule, period })),
  )
  expect(allowed).toEqual([
    ['none', 'daily', 'weekly', 'monthly'],
    ['none', 'weekly', 'monthly'],
    ['none', 'monthly'],
  ])
})

describe('in every time zone', () => {
  test('the months in which clocks change have each day once, at its hour', { timeout: 60_000 }, () => {
    for (const [place, timezone] of ZONES.entries()) {
      const hour = place % 24
      for (const [from, to] of CHANGES)
        for (let at = from; at < to;) {
          const next = nextOccurrence({ schedule: 'daily', timezone, hour }, at)!
          const day = localDayOf(timezone, at)
          const isToday = at < instantOf(timezone, day, hour)
          const expected = instantOf(timezone, isToday ? day : { ...day, day: day.day + 1 }, hour)
          expect([timezone, next]).toEqual([timezone, expected])
          at = next
        }
    }
  })

  test('each time of a schedule is about a period of its own, which is over by then', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.constantFrom('daily', 'weekly', 'monthly'),
        fc.constantFrom(...REPORT_PERIODS),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2090, 0) }),
        (timezone, schedule, period, hour, start) => {
          fc.pre(!isTooOften({ schedule, period }))
          const report = { timezone, schedule, period, hour }
          const seen = new Set<number>()
          for (let at = start, times = 0; times < 12; times++) {
            const next = nextOccurrence(report, at)!
            expect(next).toBeGreaterThan(at)
            const { from, to } = lastPeriod(report, next)
            expect(to).toBeLessThanOrEqual(next)
            expect([timezone, schedule, seen.has(from)]).toEqual([timezone, schedule, false])
            seen.add(from)
            const day = localDayOf(timezone, from)
            if (period === 'week') expect(weekdayOf(day)).toBe(0)
            if (period === 'month') expect(day.day).toBe(1)
            at = next
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
