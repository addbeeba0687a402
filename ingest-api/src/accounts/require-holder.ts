import { and, eq, sql } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import type { Persona } from '../../../schema/wire/permission'
import type { Handles } from '../handles'

/**
 * Makes sure that somebody has this id and holds the persona; who is suspended or removed still has what they had.
 * @throws OrielError RESOURCE_NOT_FOUND
 */
export async function requireHolder(
  { db }: Pick<Handles, 'db'>,
  userId: string,
  persona: Persona,
): Promise<void> {
  const found = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), sql`${users.roles} ? ${persona}`))
  if (found.length === 0) throw holderNotFound()
}

export const holderNotFound = () => new OrielError('RESOURCE_NOT_FOUND', 'There is nobody with this id.')
