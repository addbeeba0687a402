import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../ingest-api/src/database'
import { openEmbeddedClickHouse } from '../ingest-api/src/embedded/clickhouse'
import { startPostgres } from '../ingest-api/src/embedded/postgres'
import { migrateClickHouse, migratePostgres } from '../ingest-api/src/migrate'

declare module 'vitest' {
  interface ProvidedContext {
    /** A server whose database `template` is migrated and empty. */
    postgresUrl: string
    /** The closed directory of a ClickHouse that is migrated and empty, to be copied. */
    clickhouseTemplate: string
  }
}

/** What every test file begins with a copy of, because making it takes longer than most tests. */
export default async function setup(project: TestProject) {
  const directory = await mkdtemp(join(tmpdir(), 'oriel-test-'))
  const server = await startPostgres(join(directory, 'postgres'), 'test')
  const admin = postgres(server.url, { max: 1, onnotice() {} })
  await admin`CREATE DATABASE template`
  await admin.end()
  const sql = postgres(server.url.replace(/postgres$/, 'template'), { max: 1, onnotice() {} })
  await migratePostgres(openDatabase(sql), process.cwd())
  await sql.end()
  const clickhouseTemplate = join(directory, 'clickhouse')
  const clickhouse = await openEmbeddedClickHouse(clickhouseTemplate)
  await migrateClickHouse(clickhouse, process.cwd())
  await clickhouse.close()
  project.provide('postgresUrl', server.url)
  project.provide('clickhouseTemplate', clickhouseTemplate)
  return async () => {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
}
