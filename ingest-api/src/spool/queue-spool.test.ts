import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { uuidV7 } from '../../../schema/wire/id'
import type { ClickHouse } from '../clickhouse'
import { openEmbeddedClickHouse } from '../embedded/clickhouse'
import type { Handles } from '../handles'
import { createLog } from '../log'
import { migrateClickHouse } from '../migrate'
import { toEventRow } from './event-row'
import { createQueueSpool, drainMessages } from './queue-spool'
import type { SpooledEvent } from './spool'

let directory: string
let clickhouse: ClickHouse
let needs: Pick<Handles, 'clickhouse' | 'log' | 'now'>
const log = createLog('error', () => {})

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oriel-test-'))
  clickhouse = await openEmbeddedClickHouse(directory)
  await migrateClickHouse(clickhouse, process.cwd())
  needs = { clickhouse, log, now: Date.now }
})

afterAll(async () => {
  await clickhouse.close()
  await rm(directory, { recursive: true, force: true })
})

function eventOf(builder: string, data = ''): SpooledEvent {
  const id = uuidV7(Date.now())
  const row = { id, builder_id: builder, event_type: 'load', event_data: data, created_at: Date.now() }
  return { id, line: toEventRow(row), account: `${builder} im_x 2026-11-20` }
}

/** Cloudflare's queue as its documentation describes it: a message has at most 128,000 bytes. */
function openQueue() {
  const messages: string[] = []
  const send = async (body: string) => {
    if (Buffer.byteLength(body) > 128_000) throw new Error('Payload Too Large')
    messages.push(body)
  }
  return { messages, send }
}

const deliver = (bodies: string[], attempts = 1) => {
  const retries: number[] = []
  const messages = bodies.map((body) => ({ body, attempts }))
  return {
    batch: { messages, retryAll: (again: { delaySeconds: number }) => retries.push(again.delaySeconds) },
    retries,
  }
}

const countOf = async (builder: string) =>
  (
    await clickhouse.query<{ n: number }>(
      'SELECT toInt32(count()) AS n FROM events FINAL WHERE builder_id = {builder: String}',
      { builder },
    )
  )[0]!.n

it('sends the events of an append in one message', async () => {
  const queue = openQueue()
  const events = [eventOf('one'), eventOf('one')]
  expect(await createQueueSpool(queue, log).append(events)).toBe(0)
  expect(queue.messages).toHaveLength(1)
  const lines = queue.messages[0]!.split('\n')
  expect(lines.slice(0, 2)).toEqual(events.map(({ line }) => line))
  expect(JSON.parse(lines[2]!)).toMatchObject({ implementation_id: 'im_x', outcome: 'accepted', events: 2 })
})

it('splits what is too large for one message, and loses nothing', async () => {
  const queue = openQueue()
  const events = Array.from({ length: 100 }, () => eventOf('large', 'ü'.repeat(2000)))
  await createQueueSpool(queue, log).append(events)
  expect(queue.messages.length).toBeGreaterThan(3)
  await drainMessages(needs, deliver(queue.messages).batch)
  expect(await countOf('large')).toBe(100)
})

it('asks the client to send again when the queue takes nothing', async () => {
  const queue = { send: () => Promise.reject(new Error('Too Many Requests')) }
  await expect(createQueueSpool(queue, log).append([eventOf('refused')])).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
  })
})

it('stores each event once, however often and in whatever company it is delivered', async () => {
  const [a, b, c] = [eventOf('again').line, eventOf('again').line, eventOf('again').line] as const
  for (const bodies of [[`${a}\n${b}`], [`${a}\n${b}`], [c, `${a}\n${b}`], [c]])
    expect(await drainMessages(needs, deliver(bodies).batch)).not.toEqual([])
  expect(await countOf('again')).toBe(3)
})

it('sets a row aside that ClickHouse refuses, and stores its neighbours', async () => {
  const { batch, retries } = deliver([`${eventOf('sound').line}\n["nonsense"]\n${eventOf('sound').line}`])
  await drainMessages(needs, batch)
  expect(retries).toEqual([])
  expect(await countOf('sound')).toBe(2)
  expect(await clickhouse.query('SELECT line FROM dead_letters', {})).toEqual([{ line: '{"id":"nonsense"}' }])
})

it('asks for everything again, later each time, while ClickHouse is away', async () => {
  const away = { ...clickhouse, insert: () => Promise.reject(new Error('connect ECONNREFUSED')) }
  const delays = []
  for (const attempts of [1, 2, 5, 100]) {
    const { batch, retries } = deliver([eventOf('away').line], attempts)
    expect(await drainMessages({ ...needs, clickhouse: away }, batch)).toBeUndefined()
    delays.push(...retries)
  }
  expect(delays).toEqual([2, 4, 32, 3600])
})
