import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createCaches } from '../cache'
import { RateLimiter, type RatePolicy } from '../rate-limiter'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

const START = Date.UTC(2026, 10, 20, 12)

describe('a bucket', () => {
  const policy: RatePolicy = { name: 'test', quota: 3, windowMs: 3_000 }

  test('is used up and refills with time', () => {
    const limiter = new RateLimiter()
    const take = (now: number) => limiter.take(policy, 'one', now)
    expect([take(0), take(0), take(0)].map(({ remaining }) => remaining)).toEqual([2, 1, 0])
    expect(take(0)).toEqual({ allowed: false, remaining: 0, resetMs: 1_000 })
    expect(take(999).allowed).toBe(false)
    expect(take(1_000).allowed).toBe(true)
    expect(limiter.take(policy, 'two', 1_000).remaining).toBe(2)
  })

  test('never allows more than its quota and what refilled, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2_000, max: 5_000 }), { maxLength: 100 }), (steps) => {
        const limiter = new RateLimiter()
        let now = START
        let [allowed, passed] = [0, 0]
        for (const step of steps) {
          now += step
          passed += Math.max(0, step)
          if (limiter.take(policy, 'one', now).allowed) allowed += 1
        }
        expect(allowed).toBeLessThanOrEqual(policy.quota + (passed / policy.windowMs) * policy.quota)
      }),
    )
  })
})

describe('the API', () => {
  let handles: TestHandles
  let client: ReturnType<typeof createClient>
  beforeAll(async () => {
    const opened = await createTestHandles()
    handles = { ...opened, config: { ...opened.config, rateLimits: true, trustProxy: true } }
    client = createClient(handles)
  })
  afterAll(() => handles.close())
  beforeEach(() => {
    handles.setNow(START)
    Object.assign(handles.caches, createCaches(true))
  })

  const signIn = (email: string, password: string, address: string) =>
    client.call('POST', '/api/auth/login', {
      body: { email, password },
      headers: { 'x-forwarded-for': `6.6.6.6, ${address}` },
    })

  test('takes ten wrong passwords for an account from one address, and no more for a while', async () => {
    const { user } = await client.person('builder')
    const statuses = []
    for (let attempt = 0; attempt < 11; attempt++)
      statuses.push((await signIn(user.email, 'a wrong password', '192.0.2.1')).status)
    expect(statuses).toEqual([...Array(10).fill(401), 429])
    const refused = await signIn(user.email, 'a long password', '192.0.2.1')
    expect([refused.status, refused.error.code]).toEqual([429, 'RATE_LIMIT_EXCEEDED'])
    expect(refused.headers.get('retry-after')).toBe('90')
    expect((await signIn(user.email, 'a long password', '192.0.2.2')).status).toBe(200)
    handles.setNow(START + 90_000)
    expect((await signIn(user.email, 'a long password', '192.0.2.1')).status).toBe(200)
  }, 30_000)

  test('forgets tries that succeed', async () => {
    const { user } = await client.person('builder')
    for (let attempt = 0; attempt < 12; attempt++)
      expect((await signIn(user.email, 'a long password', '192.0.2.3')).status).toBe(200)
  }, 30_000)

  test('tells how much is left, to each persona and to each key its own', async () => {
    const builder = await client.person('builder')
    const { headers } = await client.call('GET', '/api/projects', { as: builder })
    expect(headers.get('ratelimit-policy')).toBe('"builder";q=6000;w=60')
    expect(headers.get('ratelimit')).toBe('"builder";r=5999;t=1')
    const { data } = await client.call<{ key: string }>('POST', '/api/auth/api-keys', {
      as: builder,
      body: { name: 'Key', scopes: ['create_projects'] },
    })
    const byKey = await client.call('GET', '/api/projects', {
      headers: { authorization: `Bearer ${data.key}` },
    })
    expect(byKey.headers.get('ratelimit')).toBe('"api-key";r=2999;t=1')
  })

  test('refuses who asks too much, and them alone', async () => {
    const [greedy, modest] = [await client.person('builder'), await client.person('builder')]
    const ask = (as: typeof greedy) => client.call('GET', '/api/auth/me', { as })
    const statuses = new Set<number>()
    for (let round = 0; round < 61; round++)
      for (const { status } of await Promise.all(Array.from({ length: 100 }, () => ask(greedy))))
        statuses.add(status)
    expect([...statuses]).toEqual([200, 429])
    const refused = await ask(greedy)
    expect([refused.headers.get('retry-after'), refused.headers.get('ratelimit')]).toEqual([
      '1',
      '"builder";r=0;t=1',
    ])
    expect((await ask(modest)).status).toBe(200)
  }, 60_000)

  test('limits one implementation, whoever asks', async () => {
    const path = `/api/modules/im_${'x'.repeat(21)}/runtime`
    const { headers } = await client.call('GET', path)
    expect(headers.get('ratelimit-policy')).toBe('"implementation";q=6000;w=60')
  })
})
