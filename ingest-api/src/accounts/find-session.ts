import { and, eq, gt, isNull } from 'drizzle-orm'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { Persona } from '../../../schema/wire/permission'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import type { Actor } from './actor'
import { permissionsOf, type UserRow } from './users'

/** A session that is neither ended nor over, with its user, unless suspended or gone or without the persona by now. */
export async function findSession(
  db: Queryable,
  sessionId: string,
  at: Date,
): Promise<{ persona: Persona; lastSeenAt: Date; expiresAt: Date; user: UserRow } | undefined> {
  const [found] = await db
    .select({
      persona: sessions.persona,
      lastSeenAt: sessions.lastSeenAt,
      expiresAt: sessions.expiresAt,
      user: users,
    })
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

/** What a request needs to know of the session that it is made in. */
export type KnownSession = Pick<Actor, 'userId' | 'persona' | 'permissions'> &
  Record<'lastSeenAt' | 'expiresAt', Date>

/** {@link findSession} for one who asks again and again: it is read anew once anything was committed. */
export async function findKnownSession(
  { db, caches, now }: Pick<Handles, 'db' | 'caches' | 'now'>,
  sessionId: string,
  state: string | undefined,
): Promise<KnownSession | undefined> {
  const at = new Date(now())
  const read = async () => {
    const found = await findSession(db, sessionId, at)
    if (!found) return undefined
    const { user, persona, lastSeenAt, expiresAt } = found
    return { userId: user.id, persona, permissions: permissionsOf(user, persona), lastSeenAt, expiresAt }
  }
  const known =
    state === undefined ? await read() : await caches.sessions.get(`${sessionId} ${state}`, now(), read)
  return known && known.expiresAt > at ? known : undefined
}
