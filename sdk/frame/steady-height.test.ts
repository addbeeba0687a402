import { beforeEach, expect, test } from 'vitest'
import { createSteadyHeight } from './steady-height'

let followed: number[]
let loops: number
let tell: (height: number, now: number) => void

beforeEach(() => {
  followed = []
  loops = 0
  tell = createSteadyHeight(
    (height) => followed.push(height),
    () => loops++,
  )
})

test('follows growth to the pixel, and shrinks of more than four', () => {
  for (const [index, height] of [100, 100.2, 101, 97, 96, 90].entries()) tell(height, index * 1000)
  expect(followed).toEqual([100, 101, 96, 90])
})

test('ignores the height of nothing', () => {
  for (const height of [0, -5]) tell(height, 0)
  expect(followed).toEqual([])
})

test('follows an animation of a second', () => {
  for (let step = 0; step < 25; step++) tell(100 + step * 10, step * 40)
  expect(followed).toHaveLength(25)
  expect(loops).toBe(0)
})

test('freezes a loop at the height that it began with, for good', () => {
  tell(100, 0)
  for (let step = 1; step < 200; step++) tell(100 + step * 20, 1000 + step * 40)
  tell(5000, 60_000)
  expect(followed.at(-1)).toBe(100)
  expect(followed).toHaveLength(27)
  expect(loops).toBe(1)
})

test('freezes a height that goes up and down without rest', () => {
  for (let step = 0; step < 100; step++) tell(step % 2 ? 100 : 200, step * 40)
  expect(followed.at(-1)).toBe(200)
  expect(loops).toBe(1)
})
