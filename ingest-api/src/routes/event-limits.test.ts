import { describe, expect, test, vi } from 'vitest'
import { createApp } from '../app'
import { createCaches } from '../cache'
import { answerBatch } from '../ingest/answer-batch'
import { batch, event, stored, tokenFor } from '../testing-batches'
import { handles } from '../testing-people'

describe('a batch', () => {
  test('of a session that brings too many is put off, without costing others anything', async () => {
    const token = await tokenFor()
    const flood = {
      ...handles,
      config: { ...handles.config, sessionEventsPerMinute: 5 },
      caches: createCaches(true),
    }
    const app = createApp(flood)
    const post = async (body: object) =>
      app.request('/v1/events', { method: 'POST', body: JSON.stringify(body) })
    const events = [event(), event(), event()]
    expect((await post(await batch(events, token))).status).toBe(202)
    const refused = [event(), event(), event()]
    const answer = await post(await batch(refused, token))
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await answer.json()).toMatchObject({ error: { code: 'RATE_LIMIT_EXCEEDED' } })
    expect((await post(await batch([event()]))).status).toBe(202)
    expect(await stored(refused.map(({ id }) => id))).toEqual([])
  })

  test('that is too many waits for its refusal, and nobody else waits with it', async () => {
    const real = setTimeout
    let release: (() => void) | undefined
    const timers = vi
      .spyOn(globalThis, 'setTimeout')
      .mockImplementation((callback, ms, ...more) =>
        ms && ms >= 400 && ms < 600 ? ((release = callback), real(() => {}, 0)) : real(callback, ms, ...more),
      )
    const rushed = { ...handles, config: { ...handles.config, sessionEventsPerMinute: 5 } }
    rushed.caches = createCaches(true)
    const answer = async (events: unknown[], token: string) =>
      (
        await answerBatch(rushed, JSON.stringify(await batch(events, token)), {
          ip: '',
          userAgent: '',
          country: '',
        })
      ).status
    try {
      const [hot, quiet] = [await tokenFor(), await tokenFor()]
      let refusal: number | undefined
      const refusing = answer(
        Array.from({ length: 6 }, () => event()),
        hot,
      ).then((status) => (refusal = status))
      await expect.poll(() => release).toBeDefined()
      expect(await answer([event()], quiet)).toBe(202)
      expect(refusal).toBeUndefined()
      release!()
      expect(await refusing).toBe(429)
    } finally {
      timers.mockRestore()
    }
  })

  test('of a site in a rush is taken as fast as the site may, however many sessions bring it', async () => {
    const now = Date.now()
    const rush = {
      ...handles,
      config: { ...handles.config, implementationEventsPerMinute: 6_000 },
      caches: createCaches(true),
    }
    const post = async (at: number) => {
      const body = await batch(
        Array.from({ length: 100 }, () => event()),
        await tokenFor(),
      )
      const app = createApp({ ...rush, now: () => at })
      return (await app.request('/v1/events', { method: 'POST', body: JSON.stringify(body) })).status
    }
    // 100 a second, and two seconds of it at once.
    expect([await post(now), await post(now), await post(now)]).toEqual([202, 202, 429])
    expect([await post(now + 1_000), await post(now + 1_000)]).toEqual([202, 429])
  })
})
