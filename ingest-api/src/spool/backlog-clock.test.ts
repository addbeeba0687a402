import { expect, test } from 'vitest'
import { BacklogClock } from './backlog-clock'
import type { Segment } from './segment'

const segment = (number: number, bytes: number, beganAt: number): Segment => ({
  number,
  path: '',
  bytes,
  events: 0,
  beganAt,
})

test('knows since when the first in line has waited, while others keep coming', () => {
  const segments = [segment(1, 0, 0)]
  const clock = new BacklogClock(segments)
  for (let second = 1; second <= 60; second++) {
    segments[0]!.bytes += 100
    clock.note(second * 1000)
  }
  expect(clock.since({ segment: 1, offset: 0 })).toBe(1_000)
  expect(clock.since({ segment: 1, offset: 100 })).toBe(2_000)
  expect(clock.since({ segment: 1, offset: 5_850 })).toBe(59_000)
})

test('goes on in the next segment', () => {
  const segments = [segment(1, 0, 0)]
  const clock = new BacklogClock(segments)
  segments[0]!.bytes = 500
  clock.note(1_000)
  segments.push(segment(2, 300, 2_000))
  clock.note(2_000)
  expect(clock.since({ segment: 1, offset: 499 })).toBe(1_000)
  expect(clock.since({ segment: 2, offset: 0 })).toBe(2_000)
})

test('takes what an earlier process left for as old as its file', () => {
  const clock = new BacklogClock([segment(4, 900, 5_000), segment(5, 900, 9_000)])
  expect(clock.since({ segment: 4, offset: 300 })).toBe(5_000)
  expect(clock.since({ segment: 5, offset: 0 })).toBe(9_000)
})

test('never makes anything younger than it is, however long an outage lasts', () => {
  const segments = [segment(1, 0, 0)]
  const clock = new BacklogClock(segments)
  const hours = 24
  for (let second = 1; second <= hours * 3600; second++) {
    segments[0]!.bytes += 10
    clock.note(second * 1000)
  }
  for (let second = 1; second <= hours * 3600; second += 777) {
    const since = clock.since({ segment: 1, offset: (second - 1) * 10 })!
    expect(since).toBeLessThanOrEqual(second * 1000)
    expect(second * 1000 - since).toBeLessThan(hours * 3600 * 5)
  }
})
