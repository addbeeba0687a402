// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { OrielError } from '../../schema/wire/error'
import { forgetQueries, POLL_MS, query, STALE_MS } from './query'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  show(true)
  forgetQueries()
  vi.useRealTimers()
})

const show = (isVisible: boolean) => {
  Object.defineProperty(document, 'hidden', { value: !isVisible, configurable: true })
  window.dispatchEvent(new Event('visibilitychange'))
}
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('a query', () => {
  test('asks when somebody watches, and once for all of them', async () => {
    const ask = vi.fn(async () => 'data')
    const leave = [query('a', ask).watch(), query('a', ask).watch()]
    await settle()
    expect(ask).toHaveBeenCalledTimes(1)
    expect(query('a', ask).answer.value).toMatchObject({ state: 'ready', data: 'data' })
    leave.forEach((each) => each())
  })

  test('shows data younger than 30 s again without asking, and asks for older data', async () => {
    const ask = vi.fn(async () => 'data')
    query('a', ask).watch()()
    const leave = query('a', ask).watch()
    await settle()
    leave()
    await vi.advanceTimersByTimeAsync(STALE_MS - 1)
    query('a', ask).watch()()
    await settle()
    expect(ask).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    const again = query('a', ask).watch()
    await settle()
    expect(ask).toHaveBeenCalledTimes(2)
    again()
  })

  test('polls every 2 s when live, never with two requests at once', async () => {
    let answer: (data: number) => void = () => {}
    const ask = vi.fn(() => new Promise<number>((resolve) => (answer = resolve)))
    const leave = query('a', ask, true).watch()
    await settle()
    await vi.advanceTimersByTimeAsync(10 * POLL_MS)
    expect(ask).toHaveBeenCalledTimes(1)
    answer(1)
    await vi.advanceTimersByTimeAsync(POLL_MS)
    expect(ask).toHaveBeenCalledTimes(2)
    leave()
  })

  test('rests while the page is hidden and catches up when it is seen again', async () => {
    const ask = vi.fn(async () => 1)
    const leave = query('a', ask, true).watch()
    await settle()
    show(false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ask).toHaveBeenCalledTimes(1)
    show(true)
    await settle()
    expect(ask).toHaveBeenCalledTimes(2)
    leave()
  })

  test('stops when nobody watches any more', async () => {
    const ask = vi.fn(async () => 1)
    const leave = query('a', ask, true).watch()
    await settle()
    leave()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ask).toHaveBeenCalledTimes(1)
  })

  test('keeps the last data while it fails, asks ever more rarely, and recovers', async () => {
    let isUp = true
    const ask = vi.fn(async () => {
      if (!isUp) throw new OrielError('SERVICE_UNAVAILABLE', 'Down')
      return 'data'
    })
    const found = query('a', ask, true)
    const leave = found.watch()
    await settle()
    isUp = false
    await vi.advanceTimersByTimeAsync(60_000)
    expect(found.answer.value).toMatchObject({ state: 'ready', data: 'data', trouble: { message: 'Down' } })
    expect(ask.mock.calls.length).toBeLessThan(8)
    isUp = true
    await vi.advanceTimersByTimeAsync(60_000)
    expect(found.answer.value).not.toHaveProperty('trouble')
    leave()
  })

  test('fails with a way to retry while there is no data', async () => {
    let isUp = false
    const found = query('a', async () => {
      if (!isUp) throw new OrielError('SERVICE_UNAVAILABLE', 'Down')
      return 'data'
    })
    const leave = found.watch()
    await settle()
    const answer = found.answer.value
    expect(answer).toMatchObject({ state: 'failed', error: { message: 'Down' } })
    isUp = true
    if (answer.state === 'failed') answer.retry()
    await settle()
    expect(found.answer.value.state).toBe('ready')
    leave()
  })

  test('does not let an answer that was under way undo what was put meanwhile', async () => {
    let answer: (data: string) => void = () => {}
    const found = query('a', () => new Promise<string>((resolve) => (answer = resolve)))
    const leave = found.watch()
    await settle()
    found.put('saved')
    answer('older')
    await settle()
    expect(found.answer.value).toMatchObject({ data: 'saved' })
    leave()
  })
})
