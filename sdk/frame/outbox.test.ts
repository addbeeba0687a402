import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WireBatch } from '../../schema/wire/event'
import { isUuidV7, timeOfUuidV7 } from '../../schema/wire/id'
import { createOutbox, type Outbox } from './outbox'

/** The outbox against a real server, whose answers each test decides. */
const NOW = 1_700_000_000_123
let server: Server
let outbox: Outbox
let bodies: string[]
let times: number[]
let answer: (response: ServerResponse, request: IncomingMessage) => void

const accept = (response: ServerResponse) => {
  response.writeHead(202).end('{"accepted":1,"duplicates":0,"rejected":[]}')
}
const batches = () => bodies.map((body): WireBatch => JSON.parse(body))
const names = () => batches().flatMap(({ events }) => events.map(({ name }) => name))
const poke = (name: string, data?: { text: string }) => outbox.add({ type: 'interaction', name, data })
const rest = (ms: number) => new Promise((resume) => setTimeout(resume, ms))

async function until(look: () => boolean) {
  for (const end = Date.now() + 8000; !look(); await rest(10))
    if (Date.now() > end) throw new Error(`Got ${bodies.join('\n')}`)
}

beforeEach(async () => {
  bodies = []
  times = []
  answer = accept
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    bodies.push(body)
    times.push(Date.now())
    answer(response, request)
  })
  await new Promise<void>((resume) => server.listen(0, resume))
  const { port } = server.address() as AddressInfo
  outbox = createOutbox({ url: `http://localhost:${port}/v1/events`, token: 'TOKEN', now: () => NOW + 0.7 })
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resume) => server.close(resume))
})

test('sends what came together in one batch, stamped with the server clock', async () => {
  poke('one')
  poke('two')
  await until(() => bodies.length === 1)
  const [{ token, sentAt, events } = { events: [] }] = batches()
  expect({ token, sentAt }).toEqual({ token: 'TOKEN', sentAt: NOW })
  expect(events.map(({ name, at }) => [name, at])).toEqual([
    ['one', NOW],
    ['two', NOW],
  ])
  expect(events.every(({ id }) => isUuidV7(id) && timeOfUuidV7(id) === NOW)).toBe(true)
})

test('is text, so that no preflight is needed', async () => {
  let type: string | undefined
  answer = (response, request) => {
    type = request.headers['content-type']
    accept(response)
  }
  poke('one')
  await until(() => bodies.length === 1)
  expect(type).toBe('text/plain;charset=UTF-8')
})

test('repeats the same bytes until the server has them', async () => {
  answer = (response) => void (bodies.length < 2 ? response.destroy() : accept(response))
  poke('one')
  await until(() => bodies.length === 2)
  expect(bodies[1]).toBe(bodies[0])
  await rest(600)
  expect(bodies).toHaveLength(2)
})

test('waits as long as Retry-After asks, also with what comes meanwhile', async () => {
  answer = (response) =>
    void (bodies.length < 2 ? response.writeHead(429, { 'Retry-After': '2' }).end() : accept(response))
  poke('one')
  await until(() => bodies.length === 1)
  poke('two')
  await until(() => names().includes('two'))
  expect(times[1]! - times[0]!).toBeGreaterThan(1900)
  expect(names()).toEqual(['one', 'one', 'two'])
})

test('forgets what the receipt rejects', async () => {
  answer = (response) => {
    const rejected = [{ id: batches()[0]!.events[0]!.id, code: 'too_old', message: '' }]
    response.writeHead(202).end(JSON.stringify({ accepted: 0, duplicates: 0, rejected }))
  }
  poke('one')
  await until(() => bodies.length === 1)
  await rest(700)
  expect(bodies).toHaveLength(1)
})

test('ends with a token that no longer holds', async () => {
  answer = (response) => void response.writeHead(401).end()
  poke('one')
  await until(() => bodies.length === 1)
  await rest(50)
  poke('two')
  outbox.flush()
  await rest(600)
  expect(bodies).toHaveLength(1)
})

test('tells how many events it had to drop', async () => {
  for (let index = 0; index < 503; index++) poke('many')
  await until(() => names().includes('events_dropped'))
  const dropped = batches()
    .flatMap(({ events }) => events)
    .find(({ name }) => name === 'events_dropped')
  expect(dropped).toMatchObject({ type: 'error', data: { count: 3 } })
  expect(names().filter((name) => name === 'many')).toHaveLength(500)
  expect(batches().every(({ events }) => events.length <= 50)).toBe(true)
})

test('tells what a refused batch held, and goes on', async () => {
  answer = (response) => void (bodies.length < 2 ? response.writeHead(400).end() : accept(response))
  poke('one')
  await until(() => bodies.length === 1)
  poke('two')
  await until(() => names().includes('events_dropped'))
  expect(names()).toEqual(['one', 'two', 'events_dropped'])
})

test('keeps every request small enough to outlive the page', async () => {
  for (let index = 0; index < 12; index++) poke('large', { text: 'ü'.repeat(3000) })
  outbox.flush()
  await until(() => names().length === 12)
  expect(bodies.every((body) => new TextEncoder().encode(body).length < 32_000)).toBe(true)
})

test('flushes at once, in spite of a pause', async () => {
  answer = (response) =>
    void (bodies.length < 2 ? response.writeHead(503, { 'Retry-After': '60' }).end() : accept(response))
  poke('one')
  await until(() => bodies.length === 1)
  await rest(50)
  poke('two')
  outbox.flush()
  await until(() => bodies.length === 3)
  expect(names().sort()).toEqual(['one', 'one', 'two'])
})
