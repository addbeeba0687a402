import { and, isNull, sql } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import type { Handles } from '../handles'
import { createUser } from './create-user'

/** Opens the first super admin's account; one that is there keeps its password. */
export async function ensureAdmin(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  { email, password }: { email: string; password: string },
) {
  const [known] = await handles.db
    .select({ id: users.id })
    .from(users)
    .where(and(sql`lower(${users.email}) = ${email.toLowerCase()}`, isNull(users.deletedAt)))
  if (!known)
    await createUser(
      handles,
      { email, password, name: 'Administrator', personas: ['super_admin'], welcome: 'none' },
      'start',
    )
}
