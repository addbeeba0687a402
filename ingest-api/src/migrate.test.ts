import { readdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { expect, inject, test } from 'vitest'
import { openDatabase } from './database'
import { openEmbeddedClickHouse } from './embedded/clickhouse'
import { migrateStores } from './migrate'

test('of servers that start together on empty stores one migrates, and all find it done', async () => {
  const server = inject('postgresUrl')
  const name = `together_${process.pid}`
  const admin = postgres(server, { max: 1, onnotice() {} })
  await admin.unsafe(`CREATE DATABASE ${name}`)
  const directory = await mkdtemp(join(tmpdir(), 'oriel-test-'))
  const clickhouse = await openEmbeddedClickHouse(directory)
  const clients = Array.from({ length: 3 }, () =>
    postgres(server.replace(/postgres$/, name), { max: 2, onnotice() {} }),
  )
  try {
    const databases = clients.map(openDatabase)
    await Promise.all(databases.map((db) => migrateStores(db, clickhouse, process.cwd())))
    const filesOf = async (store: string) =>
      (await readdir(join('schema', store))).filter((file) => file.endsWith('.sql')).sort()
    const [postgresFiles, clickhouseFiles] = [await filesOf('postgres'), await filesOf('clickhouse')]
    const ran = await databases[0]!.execute(sql`select hash from drizzle.__drizzle_migrations`)
    expect(ran).toHaveLength(postgresFiles.length)
    expect(await clickhouse.query('SELECT name FROM migrations ORDER BY name', {})).toEqual(
      clickhouseFiles.map((file) => ({ name: file })),
    )
  } finally {
    await clickhouse.close()
    for (const client of clients) await client.end()
    await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.end()
    await rm(directory, { recursive: true, force: true })
  }
})
