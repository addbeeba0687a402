import { decodeJwt, SignJWT } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { MAX_BATCH_EVENTS, type Receipt } from '../../../schema/wire/event'
import type { SessionClaims } from '../../../schema/wire/frame'
import { uuidV7 } from '../../../schema/wire/id'
import { createApp } from '../app'
import { createCaches } from '../cache'
import { answerBatch } from '../ingest/answer-batch'
import { signSessionToken } from '../ingest/session-token'
import { batch, claimsOf, event, HOUR, send, stored, tokenFor, widget } from '../testing-batches'
import { builder, client, endUser, handles } from '../testing-people'

describe('a batch', () => {
  test('is accepted, stored and answered with a receipt', async () => {
    const token = await tokenFor()
    const at = Date.now() - 1_000
    const data = { answer: 'Tea', note: '"implementation_id":"im_x"\n' }
    const vote = event({ type: 'interaction', name: 'vote', data }, at)
    const { status, headers, body } = await send(await batch([vote], token), {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
      'cf-ipcountry': 'NL',
    })
    expect({ status, body }).toEqual({ status: 202, body: { accepted: 1, duplicates: 0, rejected: [] } })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    const [row] = await stored([vote.id])
    expect(row).toMatchObject({
      id: vote.id,
      builder_id: builder.user.id,
      project_id: widget.projectId,
      implementation_id: widget.id,
      end_user_id: endUser.user.id,
      event_type: 'interaction',
      event_name: 'vote',
      event_data: JSON.stringify(data),
      session_id: decodeJwt<SessionClaims>(token).sid,
      version: '1.0.0',
      browser: 'Firefox',
      os: 'Linux',
      device: 'desktop',
      country: 'NL',
      bot: false,
      preview: false,
    })
    expect(Date.parse(`${row!.created_at}Z`)).toBe(at)
  })

  test('takes application/json as well as text/plain, and answers a preflight', async () => {
    const { status } = await send(await batch([event()]), { 'content-type': 'application/json' })
    expect(status).toBe(202)
    const preflight = await client.app.request('/v1/events', {
      method: 'OPTIONS',
      headers: { origin: 'null' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST')
  })

  test('sent again adds nothing and says so', async () => {
    const events = [event(), event()]
    const body = await batch(events)
    expect((await send(body)).body).toEqual({ accepted: 2, duplicates: 0, rejected: [] })
    expect((await send(body)).body).toEqual({ accepted: 0, duplicates: 2, rejected: [] })
    expect((await send(await batch([...events, event()]))).body).toEqual({
      accepted: 1,
      duplicates: 2,
      rejected: [],
    })
    expect(await stored(events.map(({ id }) => id))).toHaveLength(2)
  })

  test('loses only its bad events', async () => {
    const good = [event(), event({ type: 'error', data: { message: 'Oh no' } })]
    const deep = { a: { a: { a: { a: { a: { a: { a: { a: {} } } } } } } } }
    const bad: [unknown, string][] = [
      ['nonsense', 'invalid_event'],
      [null, 'invalid_event'],
      [event({ id: '6ba7b810-9dad-11d1-80b4-00c04fd430c8' }), 'invalid_id'],
      [event({ id: uuidV7(Date.now()).toUpperCase() }), 'invalid_id'],
      [event({ type: 'click' }), 'invalid_type'],
      [event({ name: '' }), 'invalid_name'],
      [event({ name: 'x'.repeat(65) }), 'invalid_name'],
      [event({ name: 'a\u0000b' }), 'invalid_name'],
      [event({ at: 'now' }), 'invalid_time'],
      [event({ data: [1] }), 'invalid_data'],
      [event({ data: deep }), 'data_too_deep'],
      [event({ data: { text: 'ü'.repeat(5_000) } }), 'data_too_large'],
      [event({}, Date.now() - 49 * HOUR), 'too_old'],
      [event({}, Date.now() + 6 * 60_000), 'from_the_future'],
    ]
    const { status, body } = await send(await batch([good[0], ...bad.map(([one]) => one), good[1]]))
    const receipt: Receipt = body
    expect(status).toBe(202)
    expect(receipt.accepted).toBe(2)
    expect(receipt.rejected.map(({ code }) => code)).toEqual(bad.map(([, code]) => code))
    expect(receipt.rejected.every(({ message }) => message.endsWith('.'))).toBe(true)
    expect(await stored(good.map(({ id }) => id))).toHaveLength(2)
  })

  test.each([
    ['not JSON', '{"token":', 400, 'MALFORMED_REQUEST'],
    ['an empty body', '', 400, 'MALFORMED_REQUEST'],
    ['no batch', [], 400, 'VALIDATION_ERROR'],
    ['no events', { token: 'x', sentAt: 1, events: [] }, 400, 'VALIDATION_ERROR'],
    [
      'too many events',
      { token: 'x', sentAt: 1, events: Array.from({ length: MAX_BATCH_EVENTS + 1 }, () => ({})) },
      400,
      'VALIDATION_ERROR',
    ],
    ['more than 64 KB', { token: 'x'.repeat(66_000), sentAt: 1, events: [{}] }, 413, 'PAYLOAD_TOO_LARGE'],
  ])('of %s is refused', async (_, body, status, code) => {
    const answer = await send(body)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ success: false, error: { code } })
    expect(answer.headers.get('x-request-id')).toBe(answer.body.error.requestId)
  })

  test('with a token that is not ours stores nothing', async () => {
    const forged = await new SignJWT(claimsOf())
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('oriel')
      .setAudience('events')
      .setExpirationTime('1h')
      .sign(new Uint8Array(32))
    const [header, payload] = (await tokenFor()).split('.')
    const unsigned = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${payload}.`
    const expired = await signSessionToken(handles.keys.session, claimsOf(), Date.now() - 25 * HOUR)
    for (const [token, code] of [
      [forged, 'TOKEN_INVALID'],
      [unsigned, 'TOKEN_INVALID'],
      [`${header}.${payload}.AAAA`, 'TOKEN_INVALID'],
      ['', 'TOKEN_INVALID'],
      [builder.accessToken, 'TOKEN_INVALID'],
      [expired, 'TOKEN_EXPIRED'],
    ] as const) {
      const one = event()
      const { status, body } = await send(await batch([one], token))
      expect([status, body.error.code]).toEqual([401, code])
      expect(await stored([one.id])).toEqual([])
    }
  })

  test('is refused again once its token, known before, has run out', async () => {
    const token = await signSessionToken(handles.keys.session, claimsOf(), Date.now() - 23 * HOUR)
    expect((await send(await batch([event()], token))).status).toBe(202)
    handles.setNow(Date.now() + 2 * HOUR)
    expect((await send(await batch([event()], token))).status).toBe(401)
    handles.setNow(undefined)
  })

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

  test('keeps neither the address nor anything that tells a visitor tomorrow', async () => {
    const one = event()
    await send(await batch([one]), { 'cf-connecting-ip': '203.0.113.7' })
    const [row] = await stored([one.id])
    expect(JSON.stringify(row)).not.toContain('203.0.113.7')
    expect(String(row!.visitor)).toMatch(/^\d+(e\+\d+)?|\d$/)
    const today = event()
    await send(await batch([today]), { 'cf-connecting-ip': '203.0.113.7' })
    const [again] = await stored([today.id])
    expect(again!.visitor).toBe(row!.visitor)
    const tomorrow = Date.now() + 24 * HOUR
    handles.setNow(tomorrow)
    const later = event({}, tomorrow)
    const token = await signSessionToken(handles.keys.session, claimsOf(), tomorrow)
    await send(await batch([later], token), { 'cf-connecting-ip': '203.0.113.7' })
    handles.setNow(undefined)
    const [next] = await stored([later.id])
    expect(next!.visitor).not.toBe(row!.visitor)
  })
})
