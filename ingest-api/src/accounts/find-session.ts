import { and, eq, gt, isNull } from 'drizzle-orm'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { Persona } from '../../../schema/wire/permission'
import type { Queryable } from '../database'
import type { UserRow } from './users'

/** A session that is neither ended nor over, with its user, unless suspended or gone or without the persona by now. */
export async function findSession(
  db: Queryable,
  sessionId: string,
  at: Date,
): Promise<{ persona: Persona; lastSeenAt: Date; user: UserRow } | undefined> {
  const [found] = await db
    .select({ persona: sessions.persona, lastSeenAt: sessions.lastSeenAt, user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.id, sessionId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, at),
        eq(users.isActive, true),
        isNull(users.deletedAt),
      ),
    )
  return found?.user.roles.includes(found.persona) ? found : undefined
}
