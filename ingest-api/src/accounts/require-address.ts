import { and, eq, isNotNull } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import { invalidFields } from '../../../schema/wire/error'
import type { Handles } from '../handles'
import type { Actor } from './actor'

/**
 * Makes sure that letters which come by themselves go to somebody who has confirmed the address, so that nobody can have
 * Oriel write to strangers.
 * @param field what asks for letters, of a request in which it may be left out
 * @throws OrielError VALIDATION_ERROR
 */
export async function requireAddress(
  { db }: Pick<Handles, 'db'>,
  { userId }: Pick<Actor, 'userId'>,
  field: { path: string; asks: boolean },
): Promise<void> {
  if (!field.asks) return
  const confirmed = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), isNotNull(users.emailVerifiedAt)))
  if (confirmed.length === 0)
    throw invalidFields([
      { path: field.path, message: 'Confirm your email address first, so that letters go to you.' },
    ])
}
