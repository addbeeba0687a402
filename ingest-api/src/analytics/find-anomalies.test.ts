import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { poisson, seeded } from '../testing-chance'
import { findAnomalies, withoutSpikes } from './find-anomalies'

const WEEK = 168
const places = (length: number, perWeek = WEEK) =>
  Array.from({ length }, (_, index) => String(index % perWeek))
const find = (counts: number[], recent = WEEK) => findAnomalies(counts, places(counts.length), 24, recent)

/** A count for each hour of the week. */
const week = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: WEEK, maxLength: WEEK })
const repeat = (season: number[], weeks: number) => Array.from({ length: weeks }, () => season).flat()

describe('nothing is found', () => {
  test('in what is the same each week, at whatever level', () => {
    fc.assert(
      fc.property(week, fc.integer({ min: 4, max: 8 }), (season, weeks) => {
        expect(find(repeat(season, weeks))).toEqual({ surprises: [], checked: WEEK })
      }),
      { numRuns: 30 },
    )
  })

  test('in a week that has twice or half as much as the others', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 400 }), fc.constantFrom(0.5, 2), (base, factor) => {
        const season = Array.from({ length: WEEK }, (_, hour) => base * (1 + (hour % 24)))
        const counts = [...repeat(season, 6), ...season.map((count) => count * factor)]
        expect(find(counts).surprises).toEqual([])
      }),
    )
  })

  test('where there is only one or nothing', () => {
    const some = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 5 * WEEK, maxLength: 5 * WEEK })
    fc.assert(
      fc.property(some, (counts) => {
        expect(find(counts, counts.length).surprises).toEqual([])
      }),
      { numRuns: 30 },
    )
    expect(find([...Array(6 * WEEK).fill(0), ...Array(20).fill(0), 1]).surprises).toEqual([])
  })

  test('before a place has been seen in three other weeks', () => {
    const counts = [...Array(3 * WEEK).fill(10), ...Array(WEEK - 1).fill(10)]
    expect(find([...counts, 9_000].slice(1))).toEqual({ surprises: [], checked: 0 })
    expect(find([...counts, 9_000]).surprises).toHaveLength(1)
  })
})

describe('what stands out is found', () => {
  const busy = Array.from({ length: WEEK }, (_, hour) => 60 + 40 * (hour % 24))

  test('whichever hour it is, and nothing else with it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 6 * WEEK, max: 7 * WEEK - 1 }),
        fc.constantFrom(0, 0.2, 3, 10),
        (index, factor) => {
          const counts = repeat(busy, 7)
          const usual = counts[index]!
          counts[index] = usual * factor
          const [surprise, ...others] = find(counts).surprises
          expect(others).toEqual([])
          expect(surprise).toMatchObject({ index, actual: usual * factor })
          expect(Math.sign(surprise!.score)).toBe(factor < 1 ? -1 : 1)
          expect(surprise!.expected / usual).toBeGreaterThan(0.8)
          expect(surprise!.expected / usual).toBeLessThan(1.25)
        },
      ),
    )
  })

  test('an outage of a whole day is found in each of its hours', () => {
    const counts = repeat(busy, 7).map((count, index) => (index >= 7 * WEEK - 24 ? 0 : count))
    expect(find(counts).surprises.map(({ index }) => index)).toEqual(
      Array.from({ length: 24 }, (_, hour) => 7 * WEEK - 24 + hour),
    )
  })

  test('by days as well', () => {
    const season = [900, 1000, 1100, 1000, 900, 300, 200]
    const counts = Array.from({ length: 70 }, (_, day) => season[day % 7]!)
    counts[66] = 2_000
    const { surprises } = findAnomalies(counts, places(70, 7), 1, 28)
    expect(surprises.map(({ index }) => index)).toEqual([66])
  })
})

describe('without spikes', () => {
  const busy = Array.from({ length: WEEK }, (_, hour) => 60 + 40 * (hour % 24))
  const usual = repeat(busy, 7)
  const changed = (from: number, hours: number) =>
    usual.map((count, index) => (index >= from && index < from + hours ? count * 4 : count))

  test('what stood out for less than a day is as it was expected', () => {
    for (const hours of [1, 5, 23]) {
      const counts = withoutSpikes(changed(6 * WEEK + 30, hours), places(7 * WEEK), 24)
      counts.forEach((count, index) => expect(count / usual[index]!).toBeCloseTo(1, 0))
    }
    const season = [900, 1000, 1100, 1000, 900, 300, 200]
    const days = Array.from({ length: 70 }, (_, day) => season[day % 7]!)
    const spiked = days.with(66, 4_000)
    expect(withoutSpikes(spiked, places(70, 7), 1)).toEqual(days)
  })

  test('what lasts a day or more is left, and so is everything that does not stand out', () => {
    for (const hours of [24, 60]) {
      const counts = changed(6 * WEEK + 30, hours)
      expect(withoutSpikes(counts, places(7 * WEEK), 24)).toEqual(counts)
    }
    expect(withoutSpikes(usual, places(7 * WEEK), 24)).toEqual(usual)
    expect(withoutSpikes([], [], 24)).toEqual([])
  })
})

test('any counts are judged with numbers', () => {
  const count = fc.oneof(fc.nat(5), fc.nat(1_000_000_000))
  fc.assert(
    fc.property(fc.array(count, { maxLength: 90 }), fc.integer({ min: 1, max: 60 }), (counts, recent) => {
      const { surprises, checked } = findAnomalies(counts, places(counts.length, 7), 1, recent)
      expect(checked).toBeLessThanOrEqual(Math.min(recent, counts.length))
      for (const { actual, expected, score } of surprises) {
        expect([actual, expected, score].every(Number.isFinite)).toBe(true)
        expect(Math.abs(score)).toBeGreaterThanOrEqual(4)
        expect(Math.sign(score)).toBe(Math.sign(actual - expected))
      }
    }),
  )
})

test.each([0.3, 2, 12, 60])(
  'counts of %s an hour that come by chance, with days and nights, hardly ever raise an alarm',
  (mean) => {
    let [alarms, checked] = [0, 0]
    for (let seed = 1; seed <= 40; seed++) {
      const random = seeded(seed)
      const counts = Array.from({ length: 8 * WEEK }, (_, hour) =>
        poisson(mean * (1 + 0.9 * Math.sin((2 * Math.PI * hour) / 24)), random),
      )
      const found = find(counts)
      alarms += found.surprises.length
      checked += found.checked
    }
    expect(checked).toBe(40 * WEEK)
    // Once in some weeks of hours.
    expect(alarms / checked).toBeLessThan(1 / 2_000)
  },
)
