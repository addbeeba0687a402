import { sql } from 'drizzle-orm'
import type { Handles } from '../handles'
import { isStale } from './session-times'

/**
 * When sessions were last seen, as far as that is not written yet, what of it was written in the last minute, and when
 * that was last begun, epoch ms.
 */
export type Seen = { at: Map<string, Date>; written: Map<string, Date>; writtenAt: number }
export const createSeen = (): Seen => ({ at: new Map(), written: new Map(), writtenAt: 0 })

/** Longer than such a write takes; those whose time it missed come with the next. */
const WRITE_EVERY_MS = 1_000

/**
 * Notes that a session is alive. Once that of one has grown stale, those of all are written in one statement, so that
 * however many people have a page open, there is one such write a minute. A row that somebody else is changing is left
 * out: nobody waits for the session of another, and two processes that write the same ones never wait for each other.
 * No kept answer tells of it, and kept sessions need not know.
 */
export async function noteSeen(
  { db, caches: { seen, state } }: Pick<Handles, 'db' | 'caches'>,
  sessionId: string,
  lastSeenAt: Date,
  at: Date,
): Promise<void> {
  seen.at.set(sessionId, at)
  const isWritten = !isStale(lastSeenAt, at) || !isStale(seen.written.get(sessionId) ?? null, at)
  if (isWritten || Math.abs(at.getTime() - seen.writtenAt) < WRITE_EVERY_MS) return
  const rows = Array.from(seen.at, ([id, at]) => ({ id, at }))
  seen.at.clear()
  seen.writtenAt = at.getTime()
  await db.transaction(async (tx) => {
    await state.keepQuiet(tx)
    await tx.execute(sql`
      with seen as (
        select s.id, v.at from sessions as s
        join jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v(id text, at timestamptz) on v.id = s.id
        where s.last_seen_at < v.at for update of s skip locked)
      update sessions as s set last_seen_at = seen.at from seen where s.id = seen.id`)
  })
  for (const [id, before] of seen.written) if (isStale(before, at)) seen.written.delete(id)
  for (const row of rows) seen.written.set(row.id, row.at)
}
