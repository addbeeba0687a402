import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry, DeadLetter } from '../../../schema/wire/admin'
import type { IngestReport, Login } from '../../../schema/wire/api'
import { uuidV7 } from '../../../schema/wire/id'
import type { JsonObject } from '../../../schema/wire/json'
import { toEventRow } from '../spool/event-row'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let admin: Login
let builder: Login
const IMPLEMENTATION = `im_${'a'.repeat(21)}`

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  ;[admin, builder] = await Promise.all([client.person('super_admin'), client.person('builder')])
})
afterAll(() => handles.close())

const rowOf = (changes: JsonObject = {}) => {
  const at = Date.now()
  return {
    id: uuidV7(at),
    event_type: 'load',
    created_at: at,
    event_name: '',
    event_data: '{}',
    builder_id: builder.user.id,
    project_id: 'pr_x',
    implementation_id: IMPLEMENTATION,
    end_user_id: 'us_x',
    session_id: 'se_x',
    version: '1.0.0',
    preview: false,
    visitor: '18446744073709551615',
    browser: 'Firefox',
    os: 'Linux',
    device: 'desktop',
    country: 'NL',
    bot: false,
    ...changes,
  }
}

/** Accepts events as the door does; what is poisonous in them the door would not know of. */
async function accept(...rows: ReturnType<typeof rowOf>[]) {
  await handles.spool.append(
    rows.map((row) => ({
      id: row.id,
      line: toEventRow(row),
      account: `${row.builder_id} ${row.implementation_id} ${new Date(row.created_at).toISOString().slice(0, 10)}`,
    })),
  )
  await expect.poll(() => handles.spool.depth().bytes).toBe(0)
  for (const { id } of rows) {
    const known = async () =>
      (
        await handles.clickhouse.query(
          `SELECT 1 FROM events WHERE toString(id) = {id: String}
         UNION ALL SELECT 1 FROM dead_letters WHERE position(line, {id: String}) > 0`,
          { id },
        )
      ).length
    await expect.poll(known).toBe(1)
  }
}

const list = async (query = '') =>
  (await client.call<DeadLetter[]>('GET', `/api/admin/dead-letters?limit=100&${query}`, { as: admin })).data
const letterOf = async (row: { id: string }) => (await list()).find(({ event }) => event?.id === row.id)!
const decide = (letter: DeadLetter, what: 'replay' | 'discard', body: object) =>
  client.call<DeadLetter>('POST', `/api/admin/dead-letters/${letter.id}/${what}`, { as: admin, body })
const totals = async () =>
  (await client.call<IngestReport>('GET', '/api/builders/me/ingest', { as: builder })).data.totals
const stored = async ({ id }: { id: string }) =>
  (await handles.clickhouse.query('SELECT id FROM events FINAL WHERE toString(id) = {id: String}', { id }))
    .length

describe('events that could not be stored', () => {
  const good = () => rowOf()
  const bad = () => rowOf({ event_type: 'nonsense' })

  test('are listed with the reason, found by whose they are and why, and read one by one', async () => {
    const poison = bad()
    await accept(good(), poison, good())
    const letter = await letterOf(poison)
    expect(letter).toMatchObject({
      state: 'open',
      builderId: builder.user.id,
      implementationId: IMPLEMENTATION,
    })
    expect(letter.reason).toContain('nonsense')
    expect(letter.event).toEqual(poison)
    const found = async (query: string) => (await list(query)).some(({ id }) => id === letter.id)
    expect(
      await found(`builder=${builder.user.id}&implementation=${IMPLEMENTATION}&reason=NONSENSE&state=open`),
    ).toBe(true)
    expect(await found(`builder=${admin.user.id}`)).toBe(false)
    expect(await found('reason=memory')).toBe(false)
    expect(await found('state=discarded')).toBe(false)
    const one = await client.call<DeadLetter>('GET', `/api/admin/dead-letters/${letter.id}`, { as: admin })
    expect(one.data).toEqual(letter)
    const page = await client.call<DeadLetter[]>('GET', '/api/admin/dead-letters?limit=1', { as: admin })
    expect(page.data).toHaveLength(1)
    expect(page.pagination).toMatchObject({ page: 1, limit: 1 })
  })

  test('are stored once when they are mended, and then no longer quarantined', async () => {
    const poison = bad()
    await accept(poison)
    const letter = await letterOf(poison)
    const before = await totals()
    const refused = await decide(letter, 'replay', {})
    expect(refused).toMatchObject({ status: 400, error: { code: 'VALIDATION_ERROR' } })
    expect((await letterOf(poison)).state).toBe('open')
    for (const wrong of [
      { ...rowOf(), id: uuidV7(Date.now()) },
      { ...poison, event_type: 'load', builder_id: 'us_another' },
      { ...poison, event_type: 'load', event_data: '[]' },
      { ...poison, event_type: 'load', more: 1 },
    ])
      expect((await decide(letter, 'replay', { event: wrong })).status).toBe(400)
    expect(await totals()).toEqual(before)

    const mended = { ...poison, event_type: 'load', event_name: 'mended' }
    const { status, data } = await decide(letter, 'replay', { event: mended })
    expect([status, data.state]).toEqual([200, 'replayed'])
    expect(await stored(poison)).toBe(1)
    expect(await totals()).toEqual({
      ...before,
      stored: before.stored + 1,
      quarantined: before.quarantined - 1,
    })
    expect((await decide(letter, 'replay', { event: mended })).status).toBe(409)
    expect((await decide(letter, 'discard', { reason: 'Too late' })).status).toBe(409)
    const audit = await client.call<AuditEntry[]>('GET', `/api/admin/audit-logs?resourceId=${letter.id}`, {
      as: admin,
    })
    expect(audit.data).toMatchObject([
      {
        action: 'dead_letter.replay',
        actor: { id: admin.user.id },
        after: { mended: ['event_type', 'event_name'] },
      },
    ])
    expect(JSON.stringify(audit.data)).not.toContain('se_x')
  })

  test('are stored once although replaying was cut off in its middle', async () => {
    const poison = bad()
    await accept(poison)
    const letter = await letterOf(poison)
    const event = { ...poison, event_type: 'load' }
    const before = await totals()
    let inserts = 0
    const cut = createClient({
      ...handles,
      clickhouse: {
        ...handles.clickhouse,
        async insert(table, token, lines, columns) {
          if (inserts++ === 2) throw new Error('killed')
          await handles.clickhouse.insert(table, token, lines, columns)
        },
      },
    })
    const answer = await cut.call('POST', `/api/admin/dead-letters/${letter.id}/replay`, {
      as: admin,
      body: { event },
    })
    expect(answer.status).toBe(500)
    expect((await letterOf(poison)).state).toBe('replaying')
    const between = await totals()
    expect(between.received).toBe(between.stored + between.duplicates + between.quarantined + between.refused)
    expect((await decide(letter, 'discard', { reason: 'It may be stored' })).status).toBe(409)
    expect((await decide(letter, 'replay', { event })).data.state).toBe('replayed')
    expect(await stored(poison)).toBe(1)
    expect(await totals()).toEqual({
      ...before,
      stored: before.stored + 1,
      quarantined: before.quarantined - 1,
    })
  })

  test('are in the next report although the word that they are stored was lost', async () => {
    const poison = bad()
    await accept(poison)
    const letter = await letterOf(poison)
    const { changes } = handles.caches
    const builder = { whose: 'builder', builderId: poison.builder_id } as const
    const before = changes.stepOf(builder)
    const lossy = createClient({
      ...handles,
      clickhouse: {
        ...handles.clickhouse,
        async insert(table, token, lines, columns) {
          await handles.clickhouse.insert(table, token, lines, columns)
          if (table === 'events') throw new Error('the connection was lost')
        },
      },
    })
    const body = { event: { ...poison, event_type: 'load' } }
    const path = `/api/admin/dead-letters/${letter.id}/replay`
    expect((await lossy.call('POST', path, { as: admin, body })).status).toBe(500)
    expect(await stored(poison)).toBe(1)
    expect(changes.stepOf(builder)).toBeGreaterThan(before)
  })

  test('stay quarantined in every sum when they are discarded, with the reason on record', async () => {
    const poison = bad()
    await accept(poison)
    const before = await totals()
    const letter = await letterOf(poison)
    expect((await decide(letter, 'discard', {})).status).toBe(400)
    expect((await decide(letter, 'discard', { reason: 'A test of a colleague' })).data.state).toBe(
      'discarded',
    )
    expect(await totals()).toEqual(before)
    expect(before.received).toBe(before.stored + before.duplicates + before.quarantined + before.refused)
    expect((await decide(letter, 'replay', { event: { ...poison, event_type: 'load' } })).status).toBe(409)
    const audit = await client.call<AuditEntry[]>('GET', `/api/admin/audit-logs?resourceId=${letter.id}`, {
      as: admin,
    })
    expect(audit.data).toMatchObject([
      { action: 'dead_letter.discard', after: { reason: 'A test of a colleague' } },
    ])
  })

  test('are not stored once usage of their time may be sealed, or when they were anonymised', async () => {
    const old = bad()
    await accept(old)
    const letter = await letterOf(old)
    handles.setNow(Date.now() + 49 * 60 * 60 * 1000)
    const late = await client.person('super_admin')
    const answer = await client.call('POST', `/api/admin/dead-letters/${letter.id}/replay`, {
      as: late,
      body: { event: { ...old, event_type: 'load' } },
    })
    handles.setNow(undefined)
    expect(answer).toMatchObject({ status: 409, error: { message: expect.stringContaining('48 hours') } })
    await handles.clickhouse.command(
      `ALTER TABLE dead_letters UPDATE line = '{}', reason = '' WHERE 1 SETTINGS mutations_sync = 1`,
    )
    const gone = (await list('state=open'))[0]!
    expect(gone.event).toBeNull()
    expect((await decide(gone, 'replay', {})).status).toBe(409)
    expect((await decide(gone, 'discard', { reason: 'Its text is gone' })).data.state).toBe('discarded')
  })
})
