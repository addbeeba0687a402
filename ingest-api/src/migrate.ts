import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type { ClickHouse } from './clickhouse'
import type { Database } from './database'

/** Names the lock among all of the database's; any number that is nobody else's. */
const TURN = 6_774_911

/**
 * Brings both stores to the newest schema. Of servers that start together one does it, and the others find it done: the
 * lock is a transaction's, so it goes with a process that is killed, and holds behind a pooler.
 */
export const migrateStores = (db: Database, clickhouse: ClickHouse, root: string): Promise<unknown> =>
  db.transaction(async (turn) => {
    await turn.execute(sql`select pg_advisory_xact_lock(${TURN})`)
    await Promise.all([migratePostgres(db, root), migrateClickHouse(clickhouse, root)])
  })

/** Brings Postgres to the newest schema; `root` is the folder that holds `schema/`. */
export const migratePostgres = (db: Database, root: string): Promise<void> =>
  migrate(db, { migrationsFolder: join(root, 'schema/postgres') })

/**
 * Brings ClickHouse to the newest schema: numbered files, each once, in order. ClickHouse has no transactions over
 * DDL, so a file is noted only after all its statements ran, and statements are written to bear a second run.
 */
export async function migrateClickHouse(clickhouse: ClickHouse, root: string): Promise<void> {
  const folder = join(root, 'schema/clickhouse')
  await clickhouse.command(
    `CREATE TABLE IF NOT EXISTS migrations (name String, at DateTime64(3, 'UTC') DEFAULT now64(3))
     ENGINE = MergeTree ORDER BY name`,
  )
  const done = new Set(
    (await clickhouse.query<{ name: string }>('SELECT name FROM migrations', {})).map((row) => row.name),
  )
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()) {
    if (done.has(name)) continue
    const statements = (await readFile(join(folder, name), 'utf8'))
      .split(/;\s*$/m)
      .filter((part) => part.trim() !== '')
    for (const statement of statements) await clickhouse.command(statement)
    await clickhouse.insert('migrations', `migration:${name}`, JSON.stringify({ name }))
  }
}
