import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createClient, parseError } from '@clickhouse/client'
import { createClickHouse, demandToken, type ClickHouse } from '../clickhouse'
import { reattachWhenLost } from './reattach'

export type EmbeddedClickHouse = ClickHouse & {
  /**
   * Runs any statement and answers in its own FORMAT, or in TabSeparated when it names none.
   * @throws ClickHouseError with ClickHouse's code
   */
  run(sql: string, params: Record<string, unknown>): Promise<Buffer>
}

/**
 * The engine would clear away merged parts with 128 threads at once and keep every thread that it ever had, each with
 * memory of its own: 60 MB in the first minute of load. Parts are cleared away in the background; one thread keeps up.
 */
const FEW_THREADS = ['--max_parts_cleaning_thread_pool_size=1', '--max_thread_pool_free_size=8']

/**
 * What the engine's allocator reads from the environment, once, when the library is loaded: two processors share an
 * arena, so that one takes what the other gave back, and what nobody took for half a second goes back to the system.
 * 40 MB less under load for about 1 % more processor time.
 */
const ALLOCATOR = `percpu_arena:disabled,narenas:${Math.max(1, availableParallelism() >> 1)},dirty_decay_ms:500`

/**
 * Opens the in-process ClickHouse of the npm package `chdb` under the official client.
 * One data directory per process; the caller holds its lock.
 *
 * A connection does one thing at a time, so inserts have their own, which no question waits for and which waits for
 * none; and it takes their bytes as they are, where the official client would make text of them and copy it twice.
 */
export async function openEmbeddedClickHouse(directory: string): Promise<EmbeddedClickHouse> {
  const path = resolve(directory)
  await mkdir(path, { recursive: true })
  process.env.JE_MALLOC_CONF ??= ALLOCATOR
  // Loaded when it is needed: the engine is 200 MB of memory, which a server with one elsewhere does without.
  const [{ Session }, { createChdbConnection }] = await Promise.all([
    import('chdb'),
    import('chdb/connection'),
  ])
  // The first connection is the one that starts the engine.
  const inserts = new Session(path, { connectionArgs: FEW_THREADS })
  // @ts-expect-error chdb declares its connection with client-common's classes, the client with its own copy of them.
  const client = createClient({ connection: createChdbConnection({ path }) })
  const official = createClickHouse(client)
  const store: ClickHouse = {
    ...official,
    async insert(table, token, lines, columns) {
      demandToken(token)
      const settings = { async_insert: 0, insert_deduplication_token: token }
      const format = columns ? 'JSONCompactEachRow' : 'JSONEachRow'
      const named = columns && { columns: [...columns] }
      try {
        await inserts.insert({ table, format, settings, values: lines, ...named })
      } catch (error) {
        throw error instanceof Error ? parseError(error) : error
      }
    },
    async close() {
      inserts.close()
      await official.close()
    },
  }
  const clickhouse: EmbeddedClickHouse = {
    ...reattachWhenLost(store),
    async run(query, query_params) {
      // The one setting that chdb takes as an option of the call and not as a SET of the session.
      const clickhouse_settings = { default_format: 'TabSeparated' } as const
      const { stream } = await client.exec({ query, query_params, clickhouse_settings })
      return buffer(stream)
    },
  }
  await clickhouse.query('SELECT 1', {})
  return clickhouse
}
