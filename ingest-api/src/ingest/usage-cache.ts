import { inArray, sql } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import type { Handles } from '../handles'
import { describeError } from '../log'
import { repeat } from '../repeat'
import { countLifetime } from '../reports/count-lifetime'

const EVERY_MS = 2_000
/** Of all the time, at most this part is spent on it, however many events come. */
const SHARE = 0.05
/** Of so few, kept answers show the new counts at once; many have something to count all the time. */
const FEW = 20

export type UsageCache = {
  /** Takes note of whose events ClickHouse has just stored. */
  noteStored(implementationIds: string[]): void
  close(): Promise<void>
}

type UsageHandles = Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>

/**
 * Keeps `usage_count` and `last_activity` of implementations near the truth: the ones that got events are counted
 * anew in ClickHouse, over distinct ids, and written in one statement. Never per event, and right however often it runs.
 */
export function startUsageCache(handles: UsageHandles & Pick<Handles, 'log'>): UsageCache {
  let touched = new Set<string>()
  async function refresh() {
    const batch = touched
    touched = new Set()
    try {
      await refreshUsage(handles, [...batch])
    } catch (error) {
      for (const id of batch) touched.add(id)
      handles.log.warn('usage counts are behind', describeError(error))
    }
  }
  const refresher = repeat(async () => {
    const began = performance.now()
    await refresh()
    return Math.max(EVERY_MS, (performance.now() - began) * (1 / SHARE - 1))
  })
  return {
    noteStored(implementationIds) {
      for (const id of implementationIds) touched.add(id)
    },
    async close() {
      await refresher.close()
      await refresh()
    },
  }
}

/** Counts these implementations anew and notes the counts beside their settings. */
export async function refreshUsage(handles: UsageHandles, implementationIds: string[]): Promise<void> {
  if (implementationIds.length === 0) return
  const { db, caches } = handles
  const rows = await db
    .select({ id: widgetImplementations.id, builderId: widgetImplementations.builderId })
    .from(widgetImplementations)
    .where(inArray(widgetImplementations.id, implementationIds))
  if (rows.length === 0) return
  const counts = await countLifetime(handles, {
    whose: 'implementations',
    builderIds: rows.map(({ builderId }) => builderId),
    implementationIds: rows.map(({ id }) => id),
  })
  await db.transaction(async (tx) => {
    if (counts.length > FEW) await caches.state.keepQuiet(tx)
    await tx.execute(sql`
      update widget_implementations as i
      set usage_count = c.events, last_activity = greatest(i.last_activity, to_timestamp(c."lastAt" / 1000))
      from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as c(id text, events bigint, "lastAt" double precision)
      where i.id = c.id`)
  })
}
