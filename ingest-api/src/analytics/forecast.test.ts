import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { poisson, seeded } from '../testing-chance'
import { forecast, neededFor, type Expectation } from './forecast'

const DAY = 24
const numbers = (expected: Expectation[]) => expected.flatMap((one) => Object.values(one))
const near = (value: number, wanted: number, scale = Math.max(1, Math.abs(wanted))) =>
  expect(Math.abs(value - wanted) / scale).toBeLessThan(1e-6)

const shape = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 7, maxLength: 7 })
const anything = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 21, maxLength: 80 })

describe('a series that is certain', () => {
  test('goes on as it was when it is constant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 21, max: 90 }), (value, length) => {
        const { expected } = forecast(Array(length).fill(value), [7], 10, true)!
        for (const one of numbers(expected)) near(one, value)
      }),
    )
  })

  test('repeats its season when it has nothing else', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 21, max: 70 }), (season, length) => {
        const values = Array.from({ length }, (_, index) => season[index % 7]!)
        const { expected } = forecast(values, [7], 14, true)!
        expected.forEach(({ value }, index) => near(value, season[(length + index) % 7]!, 500))
      }),
    )
  })

  test('is led on by its trend, which is believed less the further ahead', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), shape, (slope, season) => {
        const values = Array.from({ length: 70 }, (_, index) => slope * index + season[index % 7]!)
        const { expected, chosen, models } = forecast(values, [7], 14, true)!
        expect(chosen.model).toBe('holt_winters')
        expect(chosen.meanAbsoluteError).toBeLessThan(models[0]!.meanAbsoluteError)
        expected.forEach(({ value }, index) => {
          const ahead = 70 + index
          expect(value).toBeGreaterThan(slope * (ahead - 14) + season[ahead % 7]!)
          expect(value).toBeLessThan(slope * (ahead + 1) + season[ahead % 7]!)
        })
      }),
    )
  })
})

describe('any series', () => {
  test('is answered with numbers whose bounds hold each other, and counts never below nothing', () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.double({ min: -1e15, max: 1e15, noNaN: true }))
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 120 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (values, horizon, isCount) => {
          const outlook = forecast(values, [7, 24], horizon, isCount)
          expect(outlook === undefined).toBe(values.length < neededFor(7))
          if (!outlook) return
          expect(outlook.expected).toHaveLength(horizon)
          for (const one of numbers(outlook.expected)) expect(Number.isFinite(one)).toBe(true)
          for (const { low95, low80, value, high80, high95 } of outlook.expected) {
            expect([low95, low80, value, high80, high95].toSorted((a, b) => a - b)).toEqual([
              low95,
              low80,
              value,
              high80,
              high95,
            ])
            if (isCount) expect(low95).toBeGreaterThanOrEqual(0)
          }
          for (const { meanAbsoluteError } of outlook.models)
            expect(meanAbsoluteError).toBeGreaterThanOrEqual(outlook.chosen.meanAbsoluteError * (1 - 1e-8))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('that is a multiple of another, or higher by the same, is continued as the other one is', () => {
    fc.assert(
      fc.property(
        anything,
        fc.constantFrom(0.25, 2, 1024),
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        (values, scale, shift) => {
          const plain = forecast(values, [7], 10, false)!
          const scaled = forecast(
            values.map((value) => value * scale),
            [7],
            10,
            false,
          )!
          expect(scaled.chosen.model).toBe(plain.chosen.model)
          numbers(scaled.expected).forEach((one, index) =>
            expect(one).toBe(numbers(plain.expected)[index]! * scale),
          )
          const shifted = forecast(
            values.map((value) => value + shift),
            [7],
            10,
            false,
          )!
          numbers(shifted.expected).forEach((one, index) =>
            near(one, numbers(plain.expected)[index]! + shift, 1e6),
          )
        },
      ),
    )
  })

  test('is left as it was', () => {
    fc.assert(
      fc.property(anything, (values) => {
        const before = JSON.stringify(values)
        forecast(values, [7], 5, false)
        expect(JSON.stringify(values)).toBe(before)
      }),
    )
  })
})

describe('counts that come by chance, with days and nights', () => {
  /** Whole weeks of hours of a site, and the 48 hours after them. */
  function site(seed: number) {
    const random = seeded(seed)
    const values = Array.from({ length: 28 * DAY + 48 }, (_, hour) =>
      poisson(12 + 10 * Math.sin((2 * Math.PI * hour) / DAY), random),
    )
    return { past: values.slice(0, 28 * DAY), future: values.slice(28 * DAY) }
  }

  test('lie as often within the bounds as they say, and nearer than with the baseline', () => {
    let [in80, in95, all, better] = [0, 0, 0, 0]
    for (let seed = 1; seed <= 30; seed++) {
      const { past, future } = site(seed)
      const { expected, chosen, models } = forecast(past, [DAY, 7 * DAY], 48, true)!
      if (chosen.model === 'holt_winters') better++
      expect(chosen.meanAbsoluteError).toBeLessThan(0.85 * models[0]!.meanAbsoluteError)
      future.forEach((actual, index) => {
        const { low80, high80, low95, high95 } = expected[index]!
        in80 += Number(actual >= low80 && actual <= high80)
        in95 += Number(actual >= low95 && actual <= high95)
        all++
      })
    }
    expect(better).toBe(30)
    expect(in80 / all).toBeGreaterThan(0.76)
    expect(in80 / all).toBeLessThan(0.88)
    expect(in95 / all).toBeGreaterThan(0.92)
    expect(in95 / all).toBeLessThan(0.985)
  })
})
