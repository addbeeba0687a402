import { expect, test } from 'vitest'
import { withinMs } from './time-limit'

test('gives what a task gives, and throws what it throws', () => {
  expect(withinMs(1_000, () => 7)).toEqual({ value: 7 })
  expect(withinMs(1_000, () => undefined)).toEqual({ value: undefined })
  expect(() =>
    withinMs(1_000, () => {
      throw new Error('its own')
    }),
  ).toThrow('its own')
})

test('stops a task that works without end, even inside a regular expression', () => {
  expect(withinMs(50, () => /^(a+)+$/.test(`${'a'.repeat(40)}!`))).toBeUndefined()
})

test('lets a task that had no time to work begin again', () => {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  // Waiting takes time and no work, like a process whose turn does not come.
  expect(withinMs(50, () => Atomics.wait(cell, 0, 0, 120))).toEqual({ value: 'timed-out' })
})
