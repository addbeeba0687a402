import { eq } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import type { User } from '../../../schema/wire/api'
import type { Handles } from '../handles'
import type { Actor } from './actor'
import { toUser } from './users'

/** The actor's own account, with what it may do by this session or this API key. */
export async function getMe(
  { db }: Pick<Handles, 'db'>,
  { userId, persona, permissions, impersonation }: Actor,
): Promise<User> {
  const [user] = await db.select().from(users).where(eq(users.id, userId))
  return {
    ...toUser(user!, persona),
    permissions: [...permissions],
    ...(impersonation && { impersonation: { by: impersonation.by, until: impersonation.until } }),
  }
}
