import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { expect, inject, test } from 'vitest'
import { openDatabase, type Database } from './database'
import { DatabaseState } from './database-state'
import { startPostgres } from './embedded/postgres'

test('a server that counts the same transactions as the one before it is in another state', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'oriel-test-'))
  const read = async () => {
    const server = await startPostgres(join(directory, 'postgres'), 'a password')
    const sql = postgres(server.url, { max: 1 })
    const state = await new DatabaseState(true).read(openDatabase(sql))
    await sql.end()
    await server.stop()
    return state!.split(' ')
  }
  try {
    const [[before, startedAt], [after, startedAgainAt]] = [await read(), await read()]
    expect(after).toBe(before)
    expect(startedAgainAt).not.toBe(startedAt)
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('a question that is lost with its connection holds up nobody who comes after it', async () => {
  const sql = postgres(inject('postgresUrl'), { max: 1 })
  const state = new DatabaseState(true)
  const lost: Database = Object.create(openDatabase(sql), {
    execute: { value: () => new Promise(() => {}) },
  })
  void state.read(lost)
  // Once the first has been sent.
  await Promise.resolve()
  const later = Array.from({ length: 3 }, () => state.read(openDatabase(sql)))
  expect(new Set(await Promise.all(later)).size).toBe(1)
  await sql.end()
}, 5_000)
