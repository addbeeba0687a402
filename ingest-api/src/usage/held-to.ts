import type { Handles } from '../handles'
import { QUEUE_LAG_MS, QUEUE_SPOOL } from '../spool/queue-hold'

/** A spool that may still hand over events it accepted after `drainedTo`, epoch ms. */
export type Holder = { spool: string; drainedTo: number }

/**
 * Every spool that holds something or may accept more, with the one that is furthest behind first. What a spool on a
 * disk says of itself counts until it says something else; queues go by the clock, see {@link QUEUE_LAG_MS}.
 */
export async function findHolders({
  clickhouse,
  now,
}: Pick<Handles, 'clickhouse' | 'now'>): Promise<Holder[]> {
  const rows = await clickhouse.query<Holder>(
    `SELECT spool, toFloat64(toUnixTimestamp64Milli(drained_to)) AS drainedTo FROM spool_watermarks FINAL WHERE holds`,
    {},
  )
  return rows
    .map((row) => (row.spool === QUEUE_SPOOL ? { ...row, drainedTo: now() - QUEUE_LAG_MS } : row))
    .sort((a, b) => a.drainedTo - b.drainedTo)
}

/** Up to when every spool has handed over what it accepted, epoch ms. */
export const heldTo = async (handles: Pick<Handles, 'clickhouse' | 'now'>): Promise<number> =>
  (await findHolders(handles))[0]?.drainedTo ?? Infinity
