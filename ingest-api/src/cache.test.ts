import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Cache } from './cache'

/** Counts how often it is asked and answers when it is told to. */
function slowSource() {
  const answers: (() => void)[] = []
  const load = () => new Promise<number>((resolve) => answers.push(() => resolve(answers.length)))
  return { load, answers, answer: () => answers.forEach((settle) => settle()) }
}

const cache = (sharesLoads: boolean) => new Cache<number>({ most: 2, freshMs: 1000, sharesLoads })

describe.each([true, false])('a cache that shares loads: %s', (sharesLoads) => {
  it('keeps a value until it is no longer fresh, or the clock goes back', async () => {
    const cached = cache(sharesLoads)
    let asked = 0
    const load = async () => ++asked
    expect(await cached.get('a', 5000, load)).toBe(1)
    expect(await cached.get('a', 5999, load)).toBe(1)
    expect(await cached.get('a', 6000, load)).toBe(2)
    expect(await cached.get('a', 4000, load)).toBe(3)
  })

  it('forgets the oldest value when there are too many', async () => {
    const cached = cache(sharesLoads)
    let asked = 0
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await cached.get(key, 0, async () => ++asked)
    expect(asked).toBe(4)
  })

  it('keeps no more than may weigh so much together with their keys', async () => {
    const cached = new Cache<string>({ most: 10, freshMs: 1000, sharesLoads, weigh: (text) => text.length })
    const asked: string[] = []
    const get = (key: string) => cached.get(key, 0, async () => (asked.push(key), key))
    for (const key of ['aa', 'bb', 'aa', 'ccc', 'aa', 'bb', 'far too long', 'bb']) await get(key)
    expect(asked).toEqual(['aa', 'bb', 'ccc', 'aa', 'bb', 'far too long'])
  })

  it('lets nobody fill the memory with long keys of nothing', async () => {
    const cached = new Cache<string>({
      most: 10_000,
      freshMs: 1000,
      sharesLoads,
      weigh: (text) => text.length,
    })
    let asked = 0
    const get = (place: number) => cached.get(`${place}${'x'.repeat(1000)}`, 0, async () => (asked++, ''))
    for (let place = 0; place < 100; place++) await get(place)
    for (let place = 0; place < 100; place++) await get(place)
    expect(asked).toBe(200)
  })

  it('does not keep a failure', async () => {
    const cached = cache(sharesLoads)
    await expect(cached.get('a', 0, () => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(await cached.get('a', 0, async () => 7)).toBe(7)
  })
})

it('gives a value during its grace while it is loaded anew, once, and then the new one', async () => {
  const { load, answers, answer } = slowSource()
  const cached = new Cache<number>({ most: 2, freshMs: 1000, graceMs: 1000, sharesLoads: true })
  const first = cached.get('a', 0, load)
  answer()
  expect(await first).toBe(1)
  expect(await Promise.all([cached.get('a', 1500, load), cached.get('a', 1600, load)])).toEqual([1, 1])
  expect(answers).toHaveLength(2)
  answer()
  await setTimeout(0)
  expect(await cached.get('a', 1700, load)).toBe(2)
  expect(await Promise.race([cached.get('a', 3500, load), setTimeout(10, 'waits')])).toBe('waits')
})

it('gives a value during its grace although loading it anew fails, and says so after that', async () => {
  const cached = new Cache<number>({ most: 2, freshMs: 1000, graceMs: 1000, sharesLoads: true })
  const fail = () => Promise.reject(new Error('away'))
  await cached.get('a', 0, async () => 7)
  expect(await cached.get('a', 1500, fail)).toBe(7)
  await setTimeout(0)
  expect(await cached.get('a', 1600, fail)).toBe(7)
  await expect(cached.get('a', 2000, fail)).rejects.toThrow('away')
})

it('lets everybody who asks at once wait for one load', async () => {
  const { load, answers, answer } = slowSource()
  const cached = cache(true)
  const both = [cached.get('a', 0, load), cached.get('a', 0, load)]
  answer()
  expect(await Promise.all(both)).toEqual([1, 1])
  expect(answers).toHaveLength(1)
})

it('never lets a request wait for the load of another where loads are not shared', async () => {
  const { load, answers, answer } = slowSource()
  const cached = cache(false)
  const both = [cached.get('a', 0, load), cached.get('a', 0, load)]
  answer()
  await Promise.all(both)
  expect(answers).toHaveLength(2)
})
