import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { MAX_EVENT_AGE_MS } from '../../../schema/wire/event'
import { uuidV7 } from '../../../schema/wire/id'
import { createCaches } from '../cache'
import type { ClickHouse } from '../clickhouse'
import { openEmbeddedClickHouse } from '../embedded/clickhouse'
import { createLog } from '../log'
import { migrateClickHouse } from '../migrate'
import { compareUsage } from '../usage/compare-usage'
import { sealAndCompare } from '../usage/keep-usage'
import { sealUsage } from '../usage/seal-usage'
import { HOUR_MS, sealedUntil } from '../usage/sealed-until'
import { toEventRow } from './event-row'
import { noteQueue, QUEUE_HOLD_MS } from './queue-hold'
import { createQueueSpool, drainMessages } from './queue-spool'

const DAY_MS = 24 * HOUR_MS
const MINUTE_MS = 60_000
/** A whole day, long enough ago that everything fits before today. */
const START = Math.floor(Date.now() / DAY_MS - 60) * DAY_MS

let directory: string
let clickhouse: ClickHouse
const log = createLog('error', () => {})
const caches = createCaches(false)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oriel-test-'))
  clickhouse = await openEmbeddedClickHouse(directory)
  await migrateClickHouse(clickhouse, process.cwd())
})
beforeEach(async () => {
  for (const table of [
    'events',
    'dead_letters',
    'usage_seals',
    'usage_quarters',
    'platform_quarters',
    'spool_watermarks',
  ])
    await clickhouse.command(`TRUNCATE TABLE ${table}`)
})
afterAll(async () => {
  await clickhouse.close()
  await rm(directory, { recursive: true, force: true })
})

type Accepted = { id: string; at: number; line: string; account: string }

function eventAt(at: number): Accepted {
  const id = uuidV7(at)
  const whose = { builder_id: 'us_b', project_id: 'pr_p', implementation_id: 'im_i', end_user_id: 'us_e' }
  const line = toEventRow({
    id,
    event_type: 'load',
    created_at: at,
    session_id: 'se_s',
    visitor: 7,
    ...whose,
  })
  return { id, at, line, account: `us_b im_i ${new Date(at).toISOString().slice(0, 10)}` }
}

const idsIn = async (sql: string) =>
  (await clickhouse.query<{ id: string }>(`SELECT toString(${sql} ORDER BY id`, {})).map(({ id }) => id)
const storedIds = () => idsIn('id) AS id FROM events FINAL')
const lateIds = () => idsIn(`substring(token, 6)) AS id FROM dead_letters WHERE startsWith(token, 'late:')`)

/** One that holds what it is given until it is asked for it, and gives it again. */
function openQueue() {
  const sent: string[] = []
  return { sent, send: async (body: string) => void sent.push(body) }
}

const deliver = (bodies: string[], now: number, store: Pick<ClickHouse, 'insert' | 'query'> = clickhouse) =>
  drainMessages(
    { clickhouse: store, log, now: () => now },
    { messages: bodies.map((body) => ({ body, attempts: 1 })), retryAll() {} },
  )

const bodiesOf = (messages: { body: string }[]) => messages.map(({ body }) => body)

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

it.each([1, 2])(
  'counts each event once and seals no hour early, however late, twice or regrouped it is delivered (%d)',
  { timeout: 120_000 },
  async (seed) => {
    const chance = random(seed)
    const accepted: Accepted[] = []
    /** When each was first stored or set aside, by the consumer's clock. */
    const arrivedAt = new Map<string, number>()
    let waiting: { body: string; at: number }[] = []
    // Two Workers and a Node process beside them, whose clocks are up to ten minutes apart.
    const clocks = [-5 * MINUTE_MS, 5 * MINUTE_MS, 0]
    const end = START + 14 * DAY_MS

    for (let now = START; now < end; now += HOUR_MS) {
      const clock = now + clocks[Math.floor(chance() * 2)]!
      const faults = chance() < 0.2 ? 0.5 : 0
      /** While it is away, each insert may be refused, or taken without an answer. */
      const insert: ClickHouse['insert'] = async (...inserted) => {
        if (chance() < faults / 2) throw new Error('away')
        await clickhouse.insert(...inserted)
        const [table, , lines] = inserted
        if (table === 'events' || table === 'dead_letters')
          for (const [id] of lines.toString().matchAll(/[0-9a-f-]{36}/g))
            if (!arrivedAt.has(id)) arrivedAt.set(id, clock)
        if (chance() < faults / 2) throw new Error('no answer')
      }

      if (now < START + 6 * DAY_MS)
        for (let n = 0; n < 2; n++) {
          const age = chance() < 0.2 ? chance() * (MAX_EVENT_AGE_MS - MINUTE_MS) : chance() * MINUTE_MS
          const event = eventAt(Math.floor(now - age))
          const queue = openQueue()
          await createQueueSpool(queue, log).append([event])
          accepted.push(event)
          // Most come at once, some after days of retries, some from the dead letter queue when somebody puts them back.
          const delay = chance() < 0.7 ? 0 : chance() * (chance() < 0.5 ? QUEUE_HOLD_MS : 12 * DAY_MS)
          waiting.push(...queue.sent.map((body) => ({ body, at: now + delay })))
        }

      const due = waiting.filter(({ at }) => at <= now)
      waiting = waiting.filter(({ at }) => at > now)
      if (due.length > 0) {
        const isStored = await deliver(bodiesOf(due), clock, { ...clickhouse, insert })
        // What was not stored comes again in an hour; of the rest, some acknowledgements are lost, for hours or days.
        waiting.push(
          ...due.flatMap((message) =>
            !isStored
              ? { ...message, at: now + HOUR_MS }
              : chance() < 0.15
                ? { ...message, at: now + chance() * 7 * DAY_MS }
                : [],
          ),
        )
      }

      if ((now / HOUR_MS) % 11 === 0)
        await Promise.all([
          ...clocks.slice(0, 2).map(async (ahead) => {
            const handles = { clickhouse, caches, log, now: () => now + ahead }
            await noteQueue(handles)
            while (await sealAndCompare(handles));
          }),
          sealUsage({ clickhouse, now: () => now }),
        ])
    }
    // Whatever is left arrives in the end, and everything is sealed.
    if (waiting.length > 0) await deliver(bodiesOf(waiting), end)
    expect(await sealedUntil({ clickhouse })).toBeGreaterThan(end - QUEUE_HOLD_MS - 64 * HOUR_MS)
    const handles = { clickhouse, now: () => end + 10 * DAY_MS }
    await noteQueue(handles)
    while (await sealUsage(handles));

    const late = accepted
      .filter(({ id, at }) => at < (arrivedAt.get(id) ?? end) - QUEUE_HOLD_MS)
      .map(({ id }) => id)
    expect(late.length).toBeGreaterThan(3)
    expect(await lateIds()).toEqual(late.sort())
    expect(await storedIds()).toEqual(accepted.flatMap(({ id }) => (late.includes(id) ? [] : id)).sort())
    const compared = await compareUsage({ clickhouse }, { from: START - 3 * DAY_MS, to: end })
    expect(compared).toMatchObject({ mismatches: 0, sealed: compared.raw, rollup: compared.rawRollup })
    expect(compared.sealed.loads).toBe(accepted.length - late.length)
    expect(caches.metrics.render([])).toContain('oriel_usage_mismatches_total 0')
  },
)

it('stays behind queues once there are any, whoever seals', async () => {
  const now = START + 20 * DAY_MS
  await deliver([eventAt(now - 10 * DAY_MS + 1).line], now - 10 * DAY_MS)
  await noteQueue({ clickhouse, now: () => now })
  while (await sealUsage({ clickhouse, now: () => now }));
  expect(await sealedUntil({ clickhouse })).toBe(now - QUEUE_HOLD_MS - 50 * HOUR_MS)
  // The consumer's promise goes by the clock, so nothing is held up where the schedule does not run.
  while (await sealUsage({ clickhouse, now: () => now + 10 * DAY_MS }));
  expect(await sealedUntil({ clickhouse })).toBe(now + 10 * DAY_MS - QUEUE_HOLD_MS - 50 * HOUR_MS)
})

it('sets aside what comes into an hour that was sealed before anybody knew of the queue, without saying who it was', async () => {
  const now = START + 20 * DAY_MS
  const [first, late, young] = [
    eventAt(now - 60 * HOUR_MS),
    eventAt(now - 58 * HOUR_MS),
    eventAt(now - 50 * HOUR_MS),
  ]
  await deliver([first.line], now)
  // A Node process alone seals after 49 hours.
  while (await sealUsage({ clickhouse, now: () => now - 8 * HOUR_MS }));
  expect(await sealedUntil({ clickhouse })).toBe(now - 57 * HOUR_MS)
  for (let again = 0; again < 2; again++) await deliver([`${late.line}\n${young.line}`, first.line], now)
  expect(await storedIds()).toEqual([first.id, young.id].sort())
  const letters = await clickhouse.query<{ line: string }>('SELECT line FROM dead_letters', {})
  expect(letters).toHaveLength(1)
  expect(JSON.parse(letters[0]!.line)).toMatchObject({
    id: late.id,
    event_type: 'load',
    implementation_id: 'im_i',
  })
  expect(letters[0]!.line).not.toMatch(/session|visitor/)
})
