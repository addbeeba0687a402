import { and, eq, gt, isNull, or } from 'drizzle-orm'
import { apiKeys } from '../../../schema/tables/api-keys'
import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import { intersectPermissions } from '../../../schema/wire/permission'
import type { Handles } from '../handles'
import type { Actor } from './actor'
import { isApiKey } from './api-key'
import { digestOf } from './refresh-token'
import { isStale } from './session-times'
import { permissionsOf } from './users'

/**
 * Who holds an API key. It may do what its scopes and the persona's permissions both allow, and nothing once its user
 * is suspended or gone or has lost the persona.
 * @throws OrielError TOKEN_INVALID when it is malformed or unknown or no longer valid
 */
export async function getKeyActor({ db, now }: Pick<Handles, 'db' | 'now'>, key: string): Promise<Actor> {
  const at = new Date(now())
  const [found] = isApiKey(key)
    ? await db
        .select({ key: apiKeys, user: users })
        .from(apiKeys)
        .innerJoin(users, eq(users.id, apiKeys.userId))
        .where(
          and(
            eq(apiKeys.hash, digestOf(key)),
            isNull(apiKeys.revokedAt),
            or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, at)),
            eq(users.isActive, true),
            isNull(users.deletedAt),
          ),
        )
    : []
  if (!found?.user.roles.includes(found.key.persona))
    throw new OrielError('TOKEN_INVALID', 'This API key is not valid, or not any more.')
  const { id, persona, scopes, lastUsedAt } = found.key
  if (isStale(lastUsedAt, at))
    await db
      .update(apiKeys)
      .set({ lastUsedAt: at })
      .where(
        and(eq(apiKeys.id, id), lastUsedAt ? eq(apiKeys.lastUsedAt, lastUsedAt) : isNull(apiKeys.lastUsedAt)),
      )
  return {
    userId: found.user.id,
    sessionId: null,
    keyId: id,
    persona,
    permissions: intersectPermissions(scopes, permissionsOf(found.user, persona)),
  }
}
