import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type { ClickHouse } from './clickhouse'
import type { Database } from './database'

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
