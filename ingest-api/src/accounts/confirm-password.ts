import { and, eq, isNull } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import { invalidFields } from '../../../schema/wire/error'
import type { Handles } from '../handles'
import type { SignedIn } from './actor'
import { verifyPassword } from './password'
import type { UserRow } from './users'

/**
 * Makes sure that the person at the device knows the password, before something that a stolen session must not do.
 * @throws OrielError VALIDATION_ERROR of the field `password`
 */
export async function confirmPassword(
  { db }: Pick<Handles, 'db'>,
  { userId }: SignedIn,
  password: string,
): Promise<UserRow & { passwordHash: string }> {
  const [user] = await db
    .select()
    .from(users)
    .where(and(eq(users.id, userId), isNull(users.deletedAt)))
  const matches = await verifyPassword(password, user?.passwordHash)
  if (!user?.passwordHash)
    throw invalidFields([
      { path: 'password', message: 'This account has none yet. Ask for a new one first.' },
    ])
  if (!matches) throw invalidFields([{ path: 'password', message: 'Is not right.' }])
  return { ...user, passwordHash: user.passwordHash }
}
