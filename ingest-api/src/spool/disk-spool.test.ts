import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidV7 } from '../../../schema/wire/id'
import type { ClickHouse } from '../clickhouse'
import { openEmbeddedClickHouse } from '../embedded/clickhouse'
import { createLog } from '../log'
import { migrateClickHouse } from '../migrate'
import { openDiskSpool, type DiskSpoolOptions } from './disk-spool'
import { readEventRow, toEventRow } from './event-row'
import type { SpooledEvent } from './spool'

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('disk spool', () => {
  let engine: string
  let real: ClickHouse
  let directory: string
  let logged: string[]
  /** Names the rows of one test. */
  let builder: string
  /** The real ClickHouse behind a switch: what `before` and `after` throw, the drain sees as its failure. */
  let clickhouse: Pick<ClickHouse, 'insert'>
  let before: (() => void) | undefined
  let after: (() => void) | undefined
  let tokens: string[]
  const down = () => {
    throw new Error('down')
  }
  const event = (number = 0, id = uuidV7(Date.now()), type = 'load'): SpooledEvent => ({
    id,
    account: `${builder} im_x 2026-11-20`,
    line: toEventRow({
      id,
      builder_id: builder,
      event_type: type,
      event_name: String(number),
      created_at: Date.now(),
    }),
  })
  const stored = async () =>
    (
      await real.query<{ id: string }>(
        'SELECT toString(id) AS id FROM events WHERE builder_id = {builder: String}',
        { builder },
      )
    )
      .map(({ id }) => id)
      .sort()
  const idsOf = (events: SpooledEvent[]) => events.map(({ id }) => id).sort()
  const open = (options: Partial<DiskSpoolOptions> = {}) =>
    openDiskSpool({
      directory,
      maxBytes: 1e6,
      clickhouse,
      log: createLog('debug', (line) => logged.push(line)),
      now: Date.now,
      ...options,
    })
  const segments = async () => (await readdir(directory)).filter((name) => name.endsWith('.segment')).sort()

  beforeAll(async () => {
    engine = await mkdtemp(join(tmpdir(), 'oriel-clickhouse-'))
    real = await openEmbeddedClickHouse(engine)
    await migrateClickHouse(real, process.cwd())
  })
  afterAll(async () => {
    await real.close()
    await rm(engine, { recursive: true, force: true })
  })
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'oriel-spool-'))
    logged = []
    tokens = []
    before = after = undefined
    builder = `us_${Math.random()}`
    clickhouse = {
      async insert(table, token, lines, columns) {
        before?.()
        await real.insert(table, token, lines, columns)
        if (table === 'events') tokens.push(token)
        after?.()
      },
    }
  })
  // Spools that play dead still write now and then.
  afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }))

  it('has an event on disk before append resolves', async () => {
    before = down
    const spool = await open()
    const kept = event()
    expect(await spool.append([kept])).toBe(0)
    const [name] = await segments()
    expect(await readFile(join(directory, name!), 'utf8')).toContain(kept.line)
    before = undefined
    await spool.close()
  })

  it('hands every event to ClickHouse once', async () => {
    const spool = await open()
    const events = Array.from({ length: 500 }, (_, number) => event(number))
    await Promise.all(events.map((one) => spool.append([one])))
    await spool.close()
    expect(await stored()).toEqual(idsOf(events))
  })

  it('takes a repeated id once, in one batch, in flight, later and after a restart', async () => {
    const repeated = event()
    const spool = await open()
    expect(await spool.append([repeated, repeated])).toBe(1)
    const both = [event(1), event(2)]
    expect((await Promise.all([spool.append(both), spool.append(both)])).sort()).toEqual([0, 2])
    expect(await spool.append([repeated])).toBe(1)
    await spool.close()
    const again = await open()
    expect(await again.append([repeated, ...both, event(3)])).toBe(3)
    await again.close()
    expect(await stored()).toHaveLength(4)
  })

  it('keeps what ClickHouse could not take for the next start', async () => {
    before = down
    const spool = await open()
    const events = [event(1), event(2)]
    await spool.append(events)
    expect(spool.depth()).toMatchObject({ events: 2 })
    // A process that is killed does not close its spool; this one is just left alone.
    before = undefined
    const next = await open()
    await next.close()
    expect(await stored()).toEqual(idsOf(events))
    expect(next.depth()).toMatchObject({ events: 0, bytes: 0 })
  })

  it('repeats the insert that a crash cut off under the same token', async () => {
    after = () => {
      throw new Error('the process dies before it learns of the insert')
    }
    const crashed = await open()
    await crashed.append([event(1)])
    await until(() => tokens.length > 0)
    after = undefined
    const next = await open()
    await next.append([event(2)])
    await next.close()
    expect(await stored()).toHaveLength(2)
    expect(tokens[0]).toBe(tokens[1])
  })

  it.each([
    ['a header cut short', Buffer.from([9, 0, 0])],
    ['a payload cut short', Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 123])],
    ['a frame with a wrong checksum', Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 123])],
    ['a length beyond the file', Buffer.from([255, 255, 255, 255, 0, 0, 0, 0])],
  ])('cuts off %s and keeps what was acknowledged', async (_, tail) => {
    before = down
    const spool = await open()
    await spool.append([event(1)])
    await spool.append([event(2)])
    const path = join(directory, (await segments())[0]!)
    const { size } = await stat(path)
    await appendFile(path, tail)
    before = undefined
    const next = await open()
    expect((await stat(path)).size).toBe(size)
    await next.close()
    expect(await stored()).toHaveLength(2)
    expect(logged.some((line) => line.includes('tail cut off'))).toBe(true)
  })

  it('begins a new segment at the size limit and deletes drained ones', async () => {
    const spool = await open({ segmentBytes: 200 })
    for (let number = 0; number < 40; number++) {
      await spool.append([event(number)])
      if (number % 10 === 9) await until(() => spool.depth().bytes === 0)
    }
    await spool.close()
    expect(await stored()).toHaveLength(40)
    expect((await segments()).length).toBeLessThan(20)
  })

  it('refuses events when too many are waiting and takes them again later', async () => {
    before = down
    const spool = await open({ maxBytes: 500 })
    await expect(
      (async () => {
        for (;;) await spool.append([event()])
      })(),
    ).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { retryAfterSeconds: 30 } })
    before = undefined
    await until(() => spool.depth().bytes === 0)
    expect(await spool.append([event()])).toBe(0)
    await spool.close()
  })

  it('answers a disk error with an error, never with a lie, and recovers', async () => {
    const spool = await open()
    const refused = event(1)
    const number = '0000000001.segment'
    // The next segment's file is there already: the kind of surprise a broken disk brings.
    await writeFile(join(directory, number), 'in the way')
    await expect(spool.append([refused])).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
    expect(spool.failure()).toBeDefined()
    await rm(join(directory, number))
    expect(await spool.append([refused])).toBe(0)
    expect(spool.failure()).toBeUndefined()
    await spool.close()
    expect(await stored()).toEqual([refused.id])
  })

  it('sets a poisonous row aside and stores its neighbours', async () => {
    const poison = event(13, uuidV7(Date.now()), 'nonsense')
    const spool = await open()
    const events = Array.from({ length: 20 }, (_, number) => event(number))
    await spool.append([...events.slice(0, 7), poison, ...events.slice(7)])
    await spool.close()
    expect(await stored()).toEqual(idsOf(events))
    const letters = await real.query<{ reason: string }>(
      'SELECT reason FROM dead_letters WHERE line = {line: String}',
      {
        line: JSON.stringify(readEventRow(poison.line)),
      },
    )
    expect(letters).toHaveLength(1)
    expect(letters[0]!.reason).toContain('nonsense')
  })

  it('counts what became of every event in the same write', async () => {
    const outcomes = () =>
      real.query(
        'SELECT outcome, sum(events) AS events, anyLast(example) AS example FROM ingest_outcomes WHERE builder_id = {builder: String} GROUP BY outcome ORDER BY outcome',
        { builder },
      )
    before = down
    const spool = await open()
    const [one, two] = [event(1), event(2)]
    await spool.append([one, two])
    await spool.append([one], [{ account: one.account, refusal: 'too_old', example: '{"old":1}' }])
    await spool.append([], [{ account: one.account, refusal: 'too_old', example: '{"old":2}' }])
    // Killed here; the next process finds the counts beside the events.
    before = undefined
    const next = await open()
    await next.append([two])
    await next.close()
    expect(await outcomes()).toEqual([
      { outcome: 'accepted', events: 2, example: '' },
      { outcome: 'duplicate', events: 2, example: '' },
      { outcome: 'too_old', events: 2, example: '{"old":2}' },
    ])
  })

  it('refuses to begin anything once it is closing', async () => {
    const spool = await open()
    const closing = spool.close()
    await expect(spool.append([event()])).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
    await closing
  })
})
