import { and, desc, eq, gt, isNull } from 'drizzle-orm'
import { sessions } from '../../../schema/tables/sessions'
import type { Session } from '../../../schema/wire/api'
import type { Handles } from '../handles'
import type { Actor } from './actor'
import { nameDevice } from './device'

/** Where the actor is signed in, the last seen first. */
export async function listSessions(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  actor: Actor,
): Promise<Session[]> {
  const rows = await db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, actor.userId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, new Date(now())),
      ),
    )
    .orderBy(desc(sessions.lastSeenAt))
  return rows.map((row) => ({
    id: row.id,
    device: nameDevice(row.userAgent),
    userAgent: row.userAgent,
    persona: row.persona,
    createdAt: row.createdAt.getTime(),
    lastSeenAt: row.lastSeenAt.getTime(),
    expiresAt: row.expiresAt.getTime(),
    current: row.id === actor.sessionId,
  }))
}
