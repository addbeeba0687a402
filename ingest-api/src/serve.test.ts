import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../../schema/wire/id'
import { createApp } from './app'
import { signSessionToken } from './ingest/session-token'
import { createOrielServer } from './serve'
import { createTestHandles, type TestHandles } from './testing'

let handles: TestHandles
let server: Server
let url: string
let token: string
beforeAll(async () => {
  handles = await createTestHandles()
  server = createOrielServer(handles, createApp(handles).fetch)
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
async function speak(text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
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
