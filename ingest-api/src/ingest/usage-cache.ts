import { sql } from 'drizzle-orm'
import type { Handles } from '../handles'
import { describeError } from '../log'

const EVERY_MS = 2_000

export type UsageCache = {
  /** Takes note of rows that ClickHouse has just stored. */
  noteStored(lines: string): void
  close(): Promise<void>
}

/**
 * Keeps `usage_count` and `last_activity` of implementations near the truth: the ones that got events are counted
 * anew in ClickHouse, over distinct ids, and written in one statement. Never per event, and right however often it runs.
 */
export function startUsageCache(handles: Pick<Handles, 'db' | 'clickhouse' | 'log'>): UsageCache {
  let touched = new Set<string>()
  let running: Promise<void> = Promise.resolve()
  async function refresh() {
    if (touched.size === 0) return
    const batch = touched
    touched = new Set()
    try {
      await refreshUsage(handles, [...batch])
    } catch (error) {
      for (const id of batch) touched.add(id)
      handles.log.warn('usage counts are behind', describeError(error))
    }
  }
  const timer = setInterval(() => (running = running.then(refresh)), EVERY_MS)
  return {
    noteStored(lines) {
      for (const id of implementationsIn(lines)) touched.add(id)
    },
    async close() {
      clearInterval(timer)
      await (running = running.then(refresh))
    },
  }
}

/** Ids of the implementations whose events these rows are. */
export function implementationsIn(lines: string): string[] {
  const ids = new Set<string>()
  for (const line of lines.split('\n')) {
    // What a visitor sent stands before the columns that are ours, so the last one is ours.
    const start = line.lastIndexOf(COLUMN) + COLUMN.length
    ids.add(line.slice(start, line.indexOf('"', start)))
  }
  return [...ids]
}
const COLUMN = '"implementation_id":"'

/** Counts these implementations' events anew and notes the counts beside their settings. */
export async function refreshUsage(
  { db, clickhouse }: Pick<Handles, 'db' | 'clickhouse'>,
  implementationIds: string[],
): Promise<void> {
  if (implementationIds.length === 0) return
  const counts = await clickhouse.query<{ id: string; total: number; last: string }>(
    `SELECT implementation_id AS id, count() AS total, toString(max(created_at)) || 'Z' AS last FROM events FINAL
     WHERE implementation_id IN {implementationIds: Array(String)} GROUP BY id`,
    { implementationIds },
  )
  await db.execute(sql`
    update widget_implementations as i set usage_count = c.total, last_activity = c.last
    from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as c(id text, total bigint, last timestamptz)
    where i.id = c.id`)
}
