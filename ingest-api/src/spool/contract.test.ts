import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidV7 } from '../../../schema/wire/id'
import type { ClickHouse } from '../clickhouse'
import { openEmbeddedClickHouse } from '../embedded/clickhouse'
import { createLog } from '../log'
import { migrateClickHouse } from '../migrate'
import { openDiskSpool } from './disk-spool'
import { readEventRow, toEventRow } from './event-row'
import { createQueueSpool, drainMessages } from './queue-spool'
import type { Spool, SpooledEvent } from './spool'

/** What both kinds of spool promise, whatever else they can: one suite, run once per kind on a real ClickHouse. */
type Kind = {
  name: string
  /** `settle` hands everything over, delivering as often as it happens; from `damage` to `mend` nothing can be kept. */
  open(clickhouse: Pick<ClickHouse, 'insert' | 'query'>): Promise<{
    spool: Spool
    settle: () => Promise<void>
    damage: () => Promise<unknown>
    mend: () => Promise<unknown>
  }>
}

const log = createLog('error', () => {})

const kinds: Kind[] = [
  {
    name: 'disk',
    async open(clickhouse) {
      const directory = await mkdtemp(join(tmpdir(), 'oriel-contract-'))
      const spool = await openDiskSpool({ directory, clickhouse, log, now: Date.now, maxBytes: 1e9 })
      const settle = async () => {
        await spool.close()
        await rm(directory, { recursive: true })
      }
      const inTheWay = join(directory, '0000000001.segment')
      return { spool, settle, damage: () => writeFile(inTheWay, ''), mend: () => rm(inTheWay) }
    },
  },
  {
    name: 'queue',
    async open(clickhouse) {
      let isDamaged = false
      const waiting: string[] = []
      const queue = {
        async send(body: string) {
          if (isDamaged) throw new Error('Too Many Requests')
          waiting.push(body)
        },
      }
      // At least once, in whatever company: every message is delivered, and the first one again with the others.
      const settle = async () => {
        for (let pending = waiting.map((body) => [body]).concat([waiting.slice()]); pending.length > 0;) {
          const bodies = pending.shift()!
          const messages = bodies.map((body) => ({ body, attempts: 1 }))
          await drainMessages(
            { clickhouse, log, now: Date.now },
            { messages, retryAll: () => void pending.push(bodies) },
          )
        }
      }
      const damage = async () => (isDamaged = true)
      const mend = async () => (isDamaged = false)
      return { spool: createQueueSpool(queue, log), settle, damage, mend }
    },
  },
]

describe.each(kinds)('a spool on $name', ({ open }) => {
  let directory: string
  let clickhouse: ClickHouse
  let builder: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'oriel-clickhouse-'))
    clickhouse = await openEmbeddedClickHouse(directory)
    await migrateClickHouse(clickhouse, process.cwd())
  })
  afterAll(async () => {
    await clickhouse.close()
    await rm(directory, { recursive: true, force: true })
  })
  beforeEach(() => {
    builder = `us_${Math.random()}`
  })

  const event = (type = 'load'): SpooledEvent => {
    const id = uuidV7(Date.now())
    const row = {
      id,
      builder_id: builder,
      implementation_id: 'im_x',
      event_type: type,
      created_at: Date.now(),
    }
    return { id, line: toEventRow(row), account: `${builder} im_x 2026-11-20` }
  }
  const stored = async () =>
    (
      await clickhouse.query<{ id: string }>(
        'SELECT toString(id) AS id FROM events FINAL WHERE builder_id = {builder: String} ORDER BY id',
        { builder },
      )
    ).map(({ id }) => id)
  const ids = (events: SpooledEvent[]) => events.map(({ id }) => id).sort()

  it('stores every appended event once, however appends overlap', async () => {
    const { spool, settle } = await open(clickhouse)
    const events = Array.from({ length: 60 }, () => event())
    await Promise.all(
      events.map((one, index) => spool.append(index % 3 ? [one] : [one, events[(index + 7) % 60]!])),
    )
    await settle()
    expect(await stored()).toEqual(ids(events))
  })

  it('counts a repeated event once in the store', async () => {
    const { spool, settle } = await open(clickhouse)
    const one = event()
    await spool.append([one])
    await spool.append([one])
    await settle()
    expect(await stored()).toEqual([one.id])
  })

  it('says so when it can keep nothing, keeps nothing of it, and takes it later', async () => {
    const { spool, settle, damage, mend } = await open(clickhouse)
    const one = event()
    await damage()
    await expect(spool.append([one])).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
    await mend()
    expect(await spool.append([one])).toBe(0)
    await settle()
    expect(await stored()).toEqual([one.id])
  })

  it('hands over what a ClickHouse that was away did not take', async () => {
    let failures = 2
    const flaky: Pick<ClickHouse, 'insert' | 'query'> = {
      ...clickhouse,
      async insert(...insert) {
        if (failures-- > 0) throw new Error('away')
        return clickhouse.insert(...insert)
      },
    }
    const { spool, settle } = await open(flaky)
    const events = [event(), event()]
    await spool.append(events)
    await settle()
    expect(await stored()).toEqual(ids(events))
  })

  it('sets a row aside that ClickHouse will never take, and no other', async () => {
    const { spool, settle } = await open(clickhouse)
    const [good, poison, fine] = [event(), event('nonsense'), event()]
    await spool.append([good, poison, fine])
    await settle()
    expect(await stored()).toEqual(ids([good, fine]))
    const letters = await clickhouse.query(
      'SELECT DISTINCT line FROM dead_letters WHERE builder_id = {builder: String}',
      { builder },
    )
    expect(letters).toEqual([{ line: JSON.stringify(readEventRow(poison.line)) }])
  })

  it('counts refused events with their reason', async () => {
    const { spool, settle } = await open(clickhouse)
    const one = event()
    await spool.append([one], [{ account: one.account, refusal: 'too_old', example: '{}' }])
    await settle()
    const outcomes = await clickhouse.query(
      'SELECT DISTINCT outcome FROM ingest_outcomes WHERE builder_id = {builder: String} ORDER BY outcome',
      { builder },
    )
    expect(outcomes).toEqual([{ outcome: 'accepted' }, { outcome: 'too_old' }])
  })
})
