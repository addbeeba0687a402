import { sql } from 'drizzle-orm'
import type { Handles } from '../handles'
import { isStale } from './session-times'

/** When sessions were last seen, as far as that is not written yet, and whether it is being written. */
export type Seen = { at: Map<string, Date>; isWriting: boolean }
export const createSeen = (): Seen => ({ at: new Map(), isWriting: false })

/**
 * Notes that a session is alive. Once that of one has grown stale, those of all are written in one statement, so that
 * however many people have a page open, there is one such write a minute.
 */
export async function noteSeen(
  { db, caches: { seen } }: Pick<Handles, 'db' | 'caches'>,
  sessionId: string,
  lastSeenAt: Date,
  at: Date,
): Promise<void> {
  seen.at.set(sessionId, at)
  if (seen.isWriting || !isStale(lastSeenAt, at)) return
  const rows = Array.from(seen.at, ([id, at]) => ({ id, at }))
  seen.at.clear()
  seen.isWriting = true
  try {
    await db.execute(sql`
      update sessions as s set last_seen_at = v.at
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v(id text, at timestamptz)
      where s.id = v.id and s.last_seen_at < v.at`)
  } finally {
    seen.isWriting = false
  }
}
