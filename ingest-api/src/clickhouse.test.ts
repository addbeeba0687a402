import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../../schema/wire/id'
import { createTestHandles, type TestHandles } from './testing'

let handles: TestHandles
beforeAll(async () => {
  handles = await createTestHandles()
})
afterAll(() => handles.close())

const line = (builder: string, at = Date.now()) =>
  JSON.stringify({ id: uuidV7(at), builder_id: builder, event_type: 'load', created_at: at })
const count = async (builder: string) =>
  (
    await handles.clickhouse.query<{ n: number }>(
      'SELECT count() AS n FROM events WHERE builder_id = {builder: String}',
      {
        builder,
      },
    )
  )[0]!.n

test('takes an insert under one token once, and lets no token reach the next insert', async () => {
  const { clickhouse } = handles
  const first = line('us_one')
  await clickhouse.insert('events', 'leak:1', first)
  await clickhouse.insert('events', 'leak:1', first)
  await clickhouse.insert('events', 'leak:2', line('us_two'))
  await clickhouse.insert('events', 'leak:3', line('us_two'))
  expect([await count('us_one'), await count('us_two')]).toEqual([1, 2])
})

test('keeps forty concurrent inserts and their tokens apart', async () => {
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const row = line('us_many')
      await handles.clickhouse.insert('events', `many:${index}`, row)
      await handles.clickhouse.insert('events', `many:${index}`, row)
    }),
  )
  expect(await count('us_many')).toBe(40)
})

test("lets one question's limits reach no other", async () => {
  const { clickhouse } = handles
  const limits = () =>
    clickhouse.query<{ name: string; value: string }>(
      "SELECT name, value FROM system.settings WHERE name IN ('insert_deduplication_token', 'max_result_rows') ORDER BY name",
      {},
    )
  const before = await limits()
  await expect(
    clickhouse.query('SELECT number FROM numbers(100) SETTINGS max_result_rows = 10', {}),
  ).rejects.toThrow(/limit/i)
  await clickhouse.insert('events', 'limits:1', line('us_limits'))
  expect(await limits()).toEqual(before)
  expect(await clickhouse.query('SELECT number FROM numbers(100)', {})).toHaveLength(100)
})

test('refuses a token that could leave its quotes', async () => {
  await expect(handles.clickhouse.insert('events', "x', max_threads = '1", line('us_x'))).rejects.toThrow(
    'token',
  )
})

test('takes text that looks like SQL as text', async () => {
  const builder = "us_'; DROP TABLE events; --"
  await handles.clickhouse.insert('events', 'sql:1', line(builder))
  expect(await count(builder)).toBe(1)
})
