import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createClient } from '@clickhouse/client'
import { createChdbConnection } from 'chdb/connection'
import { createClickHouse, type ClickHouse } from '../clickhouse'

/**
 * Opens the in-process ClickHouse of the npm package `chdb` under the official client.
 * One data directory per process; the caller holds its lock.
 */
export async function openEmbeddedClickHouse(directory: string): Promise<ClickHouse> {
  const path = resolve(directory)
  await mkdir(path, { recursive: true })
  // @ts-expect-error chdb declares its connection with client-common's classes, the client with its own copy of them.
  const clickhouse = createClickHouse(createClient({ connection: createChdbConnection({ path }) }))
  await clickhouse.query('SELECT 1', {})
  return clickhouse
}
