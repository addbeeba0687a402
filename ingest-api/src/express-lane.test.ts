import { once } from 'node:events'
import { Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createApp } from './app'
import { OrielServer } from './serve'
import type { SpooledEvent } from './spool/spool'
import { batch, handles, port, post, request, speak } from './testing-server'

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

test('keeps a connection longer than a proxy does, which would otherwise send into a closed one', async () => {
  const response = await fetch(`http://127.0.0.1:${port}/health`)
  await response.body?.cancel()
  expect(response.headers.get('keep-alive')).toBe('timeout=65')
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

test('takes a batch in pieces of any size, and the next one after its answer', async () => {
  const socket = connect(port, '127.0.0.1').setNoDelay()
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
  const socket = connect({ port: port, host: '127.0.0.1', allowHalfOpen: true })
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
