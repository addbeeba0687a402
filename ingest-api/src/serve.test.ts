import { once } from 'node:events'
import { Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { uuidV7 } from '../../schema/wire/id'
import { createApp } from './app'
import { signSessionToken } from './ingest/session-token'
import { OrielServer } from './serve'
import { readEventRow } from './spool/event-row'
import type { SpooledEvent } from './spool/spool'
import { createTestHandles, type TestHandles } from './testing'

let handles: TestHandles
let server: Server
let url: string
let token: string
beforeAll(async () => {
  handles = await createTestHandles()
  server = new OrielServer(handles, createApp(handles).fetch)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const claims = { im: 'im_x', pr: 'pr_x', bu: 'us_b', eu: 'us_e', ver: '1.0.0', sid: 'se_x' }
  token = await signSessionToken(handles.keys.session, claims, Date.now())
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await handles.close()
})

const batch = () =>
  JSON.stringify({
    token,
    sentAt: Date.now(),
    events: [{ id: uuidV7(Date.now()), type: 'load', at: Date.now() }],
  })
const post = (body: BodyInit, init: RequestInit = {}) =>
  fetch(`${url}/v1/events`, { method: 'POST', body, ...init })

/** Says everything at once on a bare connection and hears the answer out. */
const speak = (text: string) => speakTo(Number(new URL(url).port), text)

async function speakTo(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk))
  socket.write(text)
  await once(socket, 'close')
  return heard
}

test('takes a batch by the short way with the same headers as by the long one', async () => {
  const short = await post(batch())
  const long = await createApp(handles).request('/v1/events', { method: 'POST', body: batch() })
  expect([short.status, long.status]).toEqual([202, 202])
  expect(await short.json()).toEqual(await long.json())
  for (const name of [
    'content-type',
    'access-control-allow-origin',
    'access-control-expose-headers',
    'x-content-type-options',
  ])
    expect([name, short.headers.get(name)]).toEqual([name, long.headers.get(name)])
  expect(short.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
})

test('takes many batches on one connection, also in pieces', async () => {
  const body = batch()
  const head = (connection: string) =>
    `POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`
  const answers = await speak(head('keep-alive') + body + head('keep-alive') + body + head('close') + body)
  expect(answers.match(/HTTP\/1.1 202/g)).toHaveLength(3)
  const stream = new ReadableStream({
    async start(controller) {
      for (const piece of [body.slice(0, 20), body.slice(20)]) {
        controller.enqueue(new TextEncoder().encode(piece))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      controller.close()
    },
  })
  expect((await post(stream, { duplex: 'half' } as RequestInit)).status).toBe(202)
})

/** A batch as a browser sends it, with more or other header lines. */
const request = (body: string, ...lines: string[]) =>
  [
    `POST /v1/events HTTP/1.1`,
    'Host: x',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...lines,
    '',
    body,
  ].join('\r\n')

test('takes a batch in pieces of any size, and the next one after its answer', async () => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setNoDelay()
  let heard = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk))
  for (const pieceLength of [1e6, 400, 37]) {
    heard = ''
    const text = request(batch())
    for (let at = 0; at < text.length; at += pieceLength) {
      socket.write(text.slice(at, at + pieceLength))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await vi.waitFor(() => expect(heard).toContain('{"accepted":1,"duplicates":0,"rejected":[]}'))
    expect(heard).toMatch(/^HTTP\/1.1 202 Accepted\r\n/)
  }
  socket.destroy()
})

test('answers requests of any kind in their order on one connection, though they come at once', async () => {
  const health = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n'
  const heard = await speak(
    request(batch()) +
      health +
      request(batch()) +
      request('[]') +
      health +
      request(batch(), 'Connection: close'),
  )
  expect(Array.from(heard.matchAll(/HTTP\/1.1 (\d+)/g), ([, status]) => status)).toEqual(
    '202 200 202 400 200 202'.split(' '),
  )
})

test('answers who has said everything and hung up its side', async () => {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true })
  let heard = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk))
  socket.end(request(batch()))
  await once(socket, 'end')
  socket.destroy()
  expect(heard).toMatch(/^HTTP\/1.1 202/)
})

/** Where two readers of the same bytes could see two different requests. */
test.each([
  ['two lengths', ['Content-Length: 5'], 400],
  ['a length and chunks', ['Transfer-Encoding: chunked'], 400],
  ['a length that is no number', ['Content-Length : 5'], 400],
  ['a folded line', ['X-A: b', ' Content-Length: 5'], 400],
  ['a bare carriage return', ['X-A: b\rContent-Length: 5'], 400],
  ['a bare line feed', ['X-A: b\nTransfer-Encoding: chunked'], 400],
])('refuses a request with %s and nothing behind it is taken for a request', async (_, lines, status) => {
  const heard = await speak(request(batch(), ...lines) + request(batch()))
  expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
  expect(heard.match(/HTTP\/1.1/g)).toHaveLength(1)
})

/** A server that notes which ids reach the spool, with the express lane or with Node's own HTTP and nothing before. */
async function startNoting(hasLane: boolean) {
  const taken: string[] = []
  const append = async (events: SpooledEvent[]) => {
    taken.push(...events.map(({ id }) => id))
    return 0
  }
  const noting = { ...handles, spool: { ...handles.spool, append } }
  const server = new OrielServer(noting, createApp(noting).fetch)
  if (!hasLane) {
    server.removeAllListeners('connection')
    for (const listener of new Server().listeners('connection'))
      server.on('connection', listener as (socket: Socket) => void)
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    /** Says all of it, hangs up, and tells what was taken once the server has hung up too. */
    async take(parts: string[]): Promise<string[]> {
      taken.length = 0
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).setNoDelay().resume()
      const ended = new Promise((resolve) =>
        socket
          .on('error', () => {})
          .on('end', resolve)
          .on('close', resolve),
      )
      for (const part of parts) await new Promise((resolve) => socket.write(part, 'latin1', resolve))
      socket.end()
      await ended
      socket.destroy()
      return [...taken]
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

test(
  'takes of any bytes exactly what it would take without the express lane',
  { timeout: 60_000 },
  async () => {
    const laned = await startNoting(true)
    const plain = await startNoting(false)
    let seen = 0
    const line = fc.constantFrom(
      'Content-Length: 5',
      'content-length: 0005',
      'Content-Length: +5',
      'Content-Length:',
      'Content-Length : 7',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: identity',
      'Connection: close',
      'Connection: keep-alive, upgrade',
      'Connection: KEEP-ALIVE',
      'Upgrade: websocket',
      'Expect: 200-ok',
      'Trailer: x',
      'Host: y',
      ' folded: z',
      'no colon',
      ': no name',
      'X: \u0000',
      'X: é',
      'X-Forwarded-For: a, b',
    )
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(3),
      text: fc.oneof(
        fc.constantFrom('', '\r', '\n', '\r\n', ' ', '\t', ':', '0'),
        fc.string({ maxLength: 3 }),
      ),
    })
    const message = fc.record({
      lines: fc.array(line, { maxLength: 2 }),
      damages: fc.array(damage, { maxLength: 2 }),
    })
    const traffic = fc.record({
      messages: fc.array(message, { minLength: 1, maxLength: 3 }),
      pieces: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(traffic, async ({ messages, pieces }) => {
        const text = messages
          .map(({ lines, damages }) =>
            damages.reduce(
              (sent, { at, cut, text }) => {
                const place = Math.floor(at * sent.length)
                return sent.slice(0, place) + text + sent.slice(place + cut)
              },
              request(batch(), ...lines),
            ),
          )
          .join('')
        const cuts = pieces.map((share) => Math.floor(share * text.length)).sort((a, b) => a - b)
        const parts = [0, ...cuts].map((from, index) => text.slice(from, cuts[index] ?? text.length))
        const taken = await laned.take(parts)
        expect(taken).toEqual(await plain.take(parts))
        seen += taken.length
      }),
      { numRuns: 2_000 },
    )
    expect(seen).toBeGreaterThan(100)
    laned.close()
    plain.close()
  },
)

test('asks for the body of who waits to be asked', async () => {
  const heard = await speak(request(batch(), 'Expect: 100-continue', 'Connection: close'))
  expect(heard).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 202/)
})

test('counts visitors by the address that a trusted proxy wrote down, and by nothing else', async () => {
  const visitorsOf = async (trustProxy: boolean) => {
    const spooled: string[] = []
    const trusting = {
      ...handles,
      config: { ...handles.config, trustProxy },
      spool: {
        ...handles.spool,
        append: async (events: { line: string }[]) => {
          spooled.push(...events.map(({ line }) => String(readEventRow(line).visitor)))
          return 0
        },
      },
    }
    const behind = new OrielServer(trusting, createApp(trusting).fetch)
    await once(behind.listen(0, '127.0.0.1'), 'listening')
    const { port } = behind.address() as AddressInfo
    for (const forwarded of ['203.0.113.1', '203.0.113.2', '198.51.100.7, 203.0.113.1'])
      for (const kind of ['X-A: b', 'Trailer: x'])
        await speakTo(port, request(batch(), `X-Forwarded-For: ${forwarded}`, kind, 'Connection: close'))
    behind.close()
    return spooled
  }
  const [first, , second, , third] = await visitorsOf(true)
  expect(first).not.toBe(second)
  expect(third).toBe(first)
  expect(new Set(await visitorsOf(true)).size).toBe(2)
  expect(new Set(await visitorsOf(false)).size).toBe(1)
})

test('ends quiet connections when it stops, and those with a request after their answer', async () => {
  const stopping = new OrielServer(handles, createApp(handles).fetch)
  await once(stopping.listen(0, '127.0.0.1'), 'listening')
  const { port } = stopping.address() as AddressInfo
  const quiet = connect(port, '127.0.0.1').on('error', () => {})
  quiet.write(request(batch()))
  await once(quiet, 'data')
  const text = request(batch())
  const asking = connect(port, '127.0.0.1').setEncoding('utf8')
  const [asked] = await once(stopping, 'connection')
  asking.write(text.slice(0, -10))
  await once(asked, 'data')
  const closed = once(stopping, 'close')
  stopping.close()
  asking.write(text.slice(-10))
  const [answer] = await once(asking, 'data')
  expect(answer).toMatch(/^HTTP\/1.1 202/)
  expect(answer).toMatch(/connection: close/i)
  await closed
})

test('counts batches and what was wrong with them among the requests', async () => {
  const before = await (await fetch(`${url}/metrics`)).text()
  await post(batch())
  await post('nonsense')
  const after = await (await fetch(`${url}/metrics`)).text()
  const count = (text: string, name: RegExp) => Number(name.exec(text)?.[1] ?? 0)
  const accepted =
    /duration_seconds_count\{method="POST",route="\/v1\/events",status_code="202",tier="public"\} (\d+)/
  const malformed = /api_errors_total\{error_code="MALFORMED_REQUEST",tier="public"\} (\d+)/
  expect(count(after, accepted) - count(before, accepted)).toBe(1)
  expect(count(after, malformed) - count(before, malformed)).toBe(1)
})

test.each([
  ['nonsense', 'nonsense', 400, 'MALFORMED_REQUEST'],
  ['nothing', '', 400, 'MALFORMED_REQUEST'],
  ['no batch', '[]', 400, 'VALIDATION_ERROR'],
  ['a token of somebody else', JSON.stringify({ token: 'x', sentAt: 1, events: [{}] }), 401, 'TOKEN_INVALID'],
])('answers %s with a clear error', async (_, body, status, code) => {
  const answer = await post(body)
  expect(answer.status).toBe(status)
  const { error } = await answer.json()
  expect(error.code).toBe(code)
  expect(error.requestId).toBe(answer.headers.get('x-request-id'))
})

test('stops reading at 64 KB, whether or not it was told the length', async () => {
  const told = await speak(
    `POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n${'x'.repeat(70_000)}`,
  )
  const untold = await speak(
    `POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${`8000\r\n${'x'.repeat(0x8000)}\r\n`.repeat(3)}`,
  )
  for (const answer of [told, untold]) {
    expect(answer).toMatch(/^HTTP\/1.1 413/)
    expect(answer).toContain('PAYLOAD_TOO_LARGE')
    expect(answer).toMatch(/connection: close/i)
  }
})

test('bears visitors who leave in the middle of a batch', async () => {
  for (let visitor = 0; visitor < 20; visitor++) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{"token":')
    await new Promise((resolve) => setTimeout(resolve, 5))
    socket.destroy()
  }
  expect((await post(batch())).status).toBe(202)
  expect(handles.logged.filter((line) => line.includes('"level":"error"'))).toEqual([])
})

test('gives everything else to the app', async () => {
  expect((await fetch(`${url}/v1/events`, { method: 'OPTIONS' })).status).toBe(204)
  expect((await fetch(`${url}/v1/events`)).status).toBe(404)
  expect((await fetch(`${url}/health`)).status).toBe(200)
})
