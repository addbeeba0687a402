import { afterAll, beforeAll, expect, test } from 'vitest'
import { uuidV7 } from '../../../schema/wire/id'
import type { ClickHouse } from '../clickhouse'
import { createTestHandles, type TestHandles } from '../testing'
import { reattachWhenLost } from './reattach'

let handles: TestHandles
beforeAll(async () => {
  handles = await createTestHandles()
})
afterAll(() => handles.close())

const line = (builder: string) => {
  const at = Date.now()
  return JSON.stringify({ id: uuidV7(at), builder_id: builder, event_type: 'load', created_at: at })
}
const count = async (builder: string) =>
  (
    await handles.clickhouse.query<{ rows: number }>(
      'SELECT count() AS rows FROM events WHERE builder_id = {builder: String}',
      { builder },
    )
  )[0]!.rows

/** The real engine, whose log of tokens is lost until the table is opened anew, as the engine says it. */
function loseLog() {
  const commands: string[] = []
  const store: Pick<ClickHouse, 'insert' | 'command'> = {
    async insert(...insert) {
      if (!commands.some((sql) => sql.startsWith('ATTACH')))
        throw new Error('Cannot write to canceled buffer: While executing MergeTreeSink. (LOGICAL_ERROR)')
      await handles.clickhouse.insert(...insert)
    },
    async command(sql) {
      commands.push(sql)
      await handles.clickhouse.command(sql)
    },
  }
  return { store, commands }
}

test('opens a table anew whose log of tokens is lost, once for everybody, and takes the next try', async () => {
  const { store, commands } = loseLog()
  const mended = reattachWhenLost(store)
  const tries = Array.from({ length: 5 }, (_, index) =>
    mended.insert('events', `lost:${index}`, line('us_lost')),
  )
  const results = await Promise.allSettled(tries)
  expect(results.every(({ status }) => status === 'rejected')).toBe(true)
  expect(commands).toHaveLength(2)
  await mended.insert('events', 'lost:0', line('us_lost'))
  expect(await count('us_lost')).toBe(1)
})

test('remembers the tokens of before, while others insert and ask', async () => {
  const row = line('us_kept')
  await handles.clickhouse.insert('events', 'kept:1', row)
  let others = 0
  const busy = Array.from({ length: 20 }, async (_, index) => {
    // Whoever meets the closed table fails and tries again, as the drain does.
    for (;;) {
      const done = await handles.clickhouse.insert('events', `busy:${index}`, line('us_busy')).then(
        () => true,
        () => false,
      )
      if (done) return others++
    }
  })
  const { store } = loseLog()
  await expect(reattachWhenLost(store).insert('events', 'kept:2', row)).rejects.toThrow('canceled buffer')
  await Promise.all(busy)
  await handles.clickhouse.insert('events', 'kept:1', row)
  expect(await count('us_kept')).toBe(1)
  expect([others, await count('us_busy')]).toEqual([20, 20])
})

test('opens a table that was closed and never opened again', async () => {
  await handles.clickhouse.command('DETACH TABLE events SYNC')
  await expect(handles.clickhouse.insert('events', 'closed:1', line('us_closed'))).rejects.toThrow()
  await handles.clickhouse.insert('events', 'closed:1', line('us_closed'))
  expect(await count('us_closed')).toBe(1)
})

test('leaves a table alone whose insert failed for another reason', async () => {
  const commands: string[] = []
  const store: Pick<ClickHouse, 'insert' | 'command'> = {
    insert: () => Promise.reject(new Error('Memory limit exceeded')),
    command: async (sql) => void commands.push(sql),
  }
  await expect(reattachWhenLost(store).insert('events', 'other:1', '')).rejects.toThrow('Memory')
  expect(commands).toEqual([])
})
