import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClickHouseLogLevel, createClient as createNodeClient } from '@clickhouse/client'
import { createClient as createWebClient } from '@clickhouse/client-web'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClickHouse } from '../clickhouse'
import { createLog } from '../log'
import { migrateClickHouse } from '../migrate'
import { insertBatch } from '../spool/insert-batch'
import { Outcomes } from '../spool/outcome'
import { openEmbeddedClickHouse, type EmbeddedClickHouse } from './clickhouse'
import { openClickHouseFront, type ClickHouseFront } from './clickhouse-front'

let directory: string
let engine: EmbeddedClickHouse
let front: ClickHouseFront

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oriel-test-'))
  engine = await openEmbeddedClickHouse(directory)
  await migrateClickHouse(engine, process.cwd())
  await engine.command('CREATE TABLE numbers (n Int64) ENGINE = MergeTree ORDER BY n')
  front = await openClickHouseFront(engine, 'secret', 0)
})

afterAll(async () => {
  await front.close()
  await engine.close()
  await rm(directory, { recursive: true, force: true })
})

const clients = {
  'the web client': (url: string) => createWebClient({ url, keep_alive: { enabled: false } }),
  'the Node client': (url: string) =>
    createNodeClient({ url, keep_alive: { enabled: false }, log: { level: ClickHouseLogLevel.OFF } }),
}

describe.each(Object.entries(clients))('through %s', (_, createClient) => {
  const open = () => createClickHouse(createClient(front.url))
  const values = [
    ['String', 'plain'],
    ['String', 'tab\there, "quotes", it\'s, back\\slash, \\N, {x: String}\nline'],
    ['String', '[not an array]'],
    ['Int64', -42],
    ['Float64', 1.5],
    ['Bool', true],
    ['Nullable(String)', null],
    ['Array(String)', []],
    ['Array(String)', ["it's", 'a,b', '[c]', 'back\\slash', 'tab\t', 'NULL', 'ü']],
    ['Array(Int32)', [1, -2, 3]],
    ['Array(Nullable(Int32))', [1, null]],
    ['Array(Array(String))', [['a'], [], ["b'"]]],
  ] as const

  it.each(values)('carries a parameter of the type %s: %j', async (type, value) => {
    const rows = await open().query<{ v: unknown }>(`SELECT {v: ${type}} AS v`, { v: value })
    expect(rows).toEqual([{ v: value }])
  })

  it('carries a question about a thousand implementations', async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `im_${String(index).padStart(21, '0')}`)
    const rows = await open().query('SELECT toInt32(length({ids: Array(String)})) AS n', { ids })
    expect(rows).toEqual([{ n: 1000 }])
  })

  it('takes an insert once per token, and the next one whole', async () => {
    await engine.command(
      'CREATE OR REPLACE TABLE once (n Int64) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 10',
    )
    for (const token of ['a', 'a', 'b']) await open().insert('once', token, '{"n":1}\n{"n":2}')
    expect(await open().query('SELECT toInt32(count()) AS n FROM once', {})).toEqual([{ n: 4 }])
  })

  it('says in ClickHouse’s codes what is wrong with rows, so that one bad row costs only itself', async () => {
    const letters = async () =>
      (await open().query<{ line: string }>('SELECT line FROM dead_letters', {})).map(({ line }) => line)
    const before = (await letters()).length
    await insertBatch(
      open(),
      `front.${before}`,
      { events: '["nonsense"]', outcomes: new Outcomes() },
      createLog('error', () => {}),
    )
    expect(await letters()).toHaveLength(before + 1)
    await expect(open().command('SELECT * FROM nowhere')).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    })
  })

  it('refuses a setting outside of the statement, which would stay for everybody', async () => {
    const client = createClient(front.url)
    const command = { query: 'SELECT 1', clickhouse_settings: { max_result_rows: '1' } }
    await expect(client.command(command)).rejects.toMatchObject({ code: '115', type: 'UNKNOWN_SETTING' })
    await expect(client.command({ query: 'SET max_result_rows = 1' })).rejects.toMatchObject({ code: '48' })
    expect(await open().query('SELECT 1 AS n UNION ALL SELECT 1', {})).toHaveLength(2)
  })

  it('refuses a wrong password', async () => {
    const client = createClient(front.url.replace('secret', 'guess'))
    await expect(client.command({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' })
  })

  it('answers a ping, and inserts that bring their data beside the statement', async () => {
    const client = createClient(front.url)
    expect(await client.ping()).toMatchObject({ success: true })
    await client.command({ query: 'TRUNCATE TABLE numbers' })
    await client.insert({ table: 'numbers', values: [{ n: 7 }], format: 'JSONEachRow' })
    expect(await open().query('SELECT toInt32(n) AS n FROM numbers', {})).toEqual([{ n: 7 }])
  })
})

it('answers in TabSeparated when the statement names no format', async () => {
  const { origin } = new URL(front.url)
  const headers = { Authorization: `Basic ${btoa('default:secret')}` }
  const response = await fetch(origin, { method: 'POST', body: "SELECT 1, 'a b'", headers })
  expect(await response.text()).toBe('1\ta b\n')
})
