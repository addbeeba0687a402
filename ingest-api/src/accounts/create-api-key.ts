import { apiKeys } from '../../../schema/tables/api-keys'
import type { NewApiKey } from '../../../schema/wire/api'
import { invalidFields } from '../../../schema/wire/error'
import { hasPermission, toGrant } from '../../../schema/wire/permission'
import type { CreateApiKeyRequest } from '../../../schema/wire/requests'
import type { Handles } from '../handles'
import { countOf, enforceLimit } from '../limits/enforce-limit'
import { requireFeature } from '../limits/read-plans'
import { newId } from '../new-id'
import type { By, SignedIn } from './actor'
import { newApiKey } from './api-key'
import { writeAudit } from './audit'
import { toApiKey } from './list-api-keys'
import { digestOf } from './refresh-token'

/**
 * Makes a key that acts as the actor's active persona. It is answered here once and never again.
 * @throws OrielError VALIDATION_ERROR when a scope is more than the actor may do, or the end is not ahead; LIMIT_EXCEEDED and
 * PERMISSION_ERROR by the plan
 */
export async function createApiKey(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By<SignedIn>,
  { name, scopes, expiresAt }: CreateApiKeyRequest,
): Promise<NewApiKey> {
  const at = now()
  const problems = scopes.flatMap((scope, index) =>
    hasPermission(actor.permissions, toGrant(scope))
      ? []
      : [{ path: `scopes.${index}`, message: `Is more than the persona ${actor.persona} may do.` }],
  )
  if (expiresAt !== undefined && expiresAt <= at)
    problems.push({ path: 'expiresAt', message: 'Must be in the future.' })
  if (problems.length > 0) throw invalidFields(problems)
  const key = newApiKey()
  const values = {
    id: newId('apiKey'),
    userId: actor.userId,
    persona: actor.persona,
    name,
    hash: digestOf(key),
    hint: key.slice(0, 7),
    scopes: [...new Set(scopes)],
    createdAt: new Date(at),
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
  }
  return db.transaction(async (tx) => {
    await requireFeature(tx, actor.userId, 'api_access')
    await enforceLimit(tx, 'apiKeys', actor, countOf.apiKeys(actor.userId))
    const [row] = await tx.insert(apiKeys).values(values).returning()
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'api_key.create',
      resource: { type: 'api_key', id: values.id },
      after: { name, scopes: values.scopes, expiresAt: expiresAt ?? null },
    })
    return { ...toApiKey(row!), key }
  })
}
