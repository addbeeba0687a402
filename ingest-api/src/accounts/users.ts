import type { users } from '../../../schema/tables/users'
import type { User } from '../../../schema/wire/api'
import { ROLE_PERMISSIONS, toGrant, type Persona } from '../../../schema/wire/permission'

export type UserRow = typeof users.$inferSelect

/**
 * What a user may do as one persona: that persona's permissions and the user's own grants.
 * @throws Error when a grant in the database is malformed
 */
export function permissionsOf(user: Pick<UserRow, 'permissions'>, persona: Persona): string[] {
  user.permissions.forEach(toGrant)
  return [...new Set([...ROLE_PERMISSIONS[persona], ...user.permissions])]
}

/** A user as the API shows it, acting as `persona`. */
export const toUser = (user: UserRow, persona: Persona): User => ({
  id: user.id,
  email: user.email,
  emailVerified: user.emailVerifiedAt !== null,
  name: user.name,
  persona,
  personas: user.roles,
  roles: user.roles,
  permissions: permissionsOf(user, persona),
  createdAt: user.createdAt.getTime(),
})
