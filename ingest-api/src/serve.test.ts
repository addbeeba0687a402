import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createApp } from './app'
import { OrielServer } from './serve'
import { readEventRow } from './spool/event-row'
import { batch, handles, port, post, request, speak, url } from './testing-server'

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
        await speak(request(batch(), `X-Forwarded-For: ${forwarded}`, kind, 'Connection: close'), port)
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
    const socket = connect(port, '127.0.0.1')
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
