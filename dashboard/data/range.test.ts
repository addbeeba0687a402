// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { RANGES, windowOf } from './range'

const now = new Date(2026, 10, 20, 14, 35, 20)
const at = (...parts: [number, number, number, number?]) => new Date(...parts).getTime()

test('covers whole hours up to the end of this one', () => {
  expect(windowOf('day', now)).toEqual({
    from: at(2026, 10, 19, 15),
    to: at(2026, 10, 20, 15),
    interval: 'hour',
  })
})

test('covers whole calendar days up to the end of today', () => {
  expect(windowOf('week', now)).toEqual({ from: at(2026, 10, 14), to: at(2026, 10, 21), interval: 'day' })
  expect(windowOf('month', now)).toEqual({ from: at(2026, 9, 22), to: at(2026, 10, 21), interval: 'day' })
})

test('every range contains now', () => {
  for (const name of Object.keys(RANGES) as (keyof typeof RANGES)[]) {
    const { from, to } = windowOf(name, now)
    expect(from).toBeLessThan(now.getTime())
    expect(to).toBeGreaterThan(now.getTime())
  }
})
