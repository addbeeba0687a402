import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { inject } from 'vitest'
import { createCaches } from './cache'
import { readConfig } from './config'
import { openDatabase } from './database'
import { openEmbeddedClickHouse, type EmbeddedClickHouse } from './embedded/clickhouse'
import type { Handles } from './handles'
import { deriveKeys } from './keys'
import { createLog } from './log'
import { openBundleFetch } from './projects/fetch-bundle'
import { openDiskSpool } from './spool/disk-spool'

export type TestHandles = Handles & {
  clickhouse: EmbeddedClickHouse
  /** Lines that were logged. */
  logged: string[]
  /** Stops the clock; undefined lets the real one go on. */
  setNow(at: number | undefined): void
  close(): Promise<void>
}

/**
 * Handles on real engines for one test file: an own Postgres database, an own ClickHouse and an own spool on disk.
 * Call it once per file (the embedded ClickHouse holds one directory per process).
 */
export async function createTestHandles(): Promise<TestHandles> {
  const directory = await mkdtemp(join(tmpdir(), 'oriel-test-'))
  const server = inject('postgresUrl')
  const name = `test_${process.pid}_${Date.now()}`
  const admin = postgres(server, { max: 1, onnotice() {} })
  await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE template`)
  const sql = postgres(server.replace(/postgres$/, name), { max: 5, onnotice() {} })
  await cp(inject('clickhouseTemplate'), join(directory, 'clickhouse'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  const clickhouse = await openEmbeddedClickHouse(join(directory, 'clickhouse'))
  const logged: string[] = []
  const log = createLog('debug', (line) => logged.push(line))
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    PUBLIC_URL: 'http://oriel.test',
    ORIEL_DATA_DIR: directory,
  })
  let fixed: number | undefined
  const now = () => fixed ?? Date.now()
  const caches = createCaches(true, 30_000)
  const spool = await openDiskSpool({
    directory: join(directory, 'spool'),
    maxBytes: config.maxSpoolBytes,
    clickhouse,
    log,
    now,
    onStored: (...whose) => caches.changes.note(...whose),
  })
  return {
    config,
    db: openDatabase(sql),
    clickhouse,
    spool,
    keys: await deriveKeys('a secret that only tests know, 32+ long'),
    frame: {
      outer: { code: '/* outer */', hash: 'sha256-outer' },
      inner: { code: '/* inner */', hash: 'sha256-inner' },
      refused: { code: '/* refused */', hash: 'sha256-refused' },
    },
    caches,
    log,
    fetchBundle: openBundleFetch(),
    logged,
    now,
    setNow: (at) => (fixed = at),
    async close() {
      await spool.close()
      await clickhouse.close()
      await sql.end()
      await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
