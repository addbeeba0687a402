import type { ClickHouse } from '../clickhouse'

/**
 * The engine's words for a table whose log of insert tokens it can no longer write: one write to it failed, and since
 * then every insert into the table does, until the table is opened anew.
 * https://github.com/ClickHouse/ClickHouse/pull/118350
 */
const LOG_IS_LOST = /Cannot write to (?:canceled|finalized) buffer/
/** What a process finds that ended between closing the table and opening it again, or whose opening failed. */
const TABLE_IS_CLOSED = /Table \S+ does not exist/
/** A question that began before the table was closed still reads it; it can be opened again once that is answered. */
const TABLE_IS_READ = /still used by some query/
const READ = { tries: 200, pauseMs: 25 }

/**
 * Opens a table of the embedded engine anew when its inserts fail and would go on failing. The insert itself fails all
 * the same; whoever tries it again with the same token finds a table that takes it, once: the tokens are read from disk.
 */
export function reattachWhenLost<Store extends Pick<ClickHouse, 'insert' | 'command'>>(store: Store): Store {
  const reopening = new Map<string, Promise<void>>()
  async function reopen(table: string) {
    await store.command(`DETACH TABLE IF EXISTS ${table} SYNC`)
    for (let tries = READ.tries; ; tries--)
      try {
        return await store.command(`ATTACH TABLE IF NOT EXISTS ${table}`)
      } catch (error) {
        if (tries === 0 || !TABLE_IS_READ.test(wordsOf(error))) throw error
        await new Promise((resolve) => setTimeout(resolve, READ.pauseMs))
      }
  }
  return {
    ...store,
    async insert(...insert) {
      const [table] = insert
      try {
        await store.insert(...insert)
      } catch (error) {
        const words = wordsOf(error)
        if (LOG_IS_LOST.test(words) || TABLE_IS_CLOSED.test(words)) {
          // Inserts that failed together wait for one reopening.
          const under = reopening.get(table) ?? reopen(table).finally(() => reopening.delete(table))
          reopening.set(table, under)
          await under
        }
        throw error
      }
    },
  }
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : '')
