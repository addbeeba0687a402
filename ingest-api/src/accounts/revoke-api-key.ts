import { and, eq, isNull } from 'drizzle-orm'
import { apiKeys } from '../../../schema/tables/api-keys'
import { OrielError } from '../../../schema/wire/error'
import type { Handles } from '../handles'
import type { By } from './actor'
import { writeAudit } from './audit'

/**
 * Ends one of the actor's keys, from this moment on.
 * @throws OrielError RESOURCE_NOT_FOUND when it is not theirs or ended already
 */
export async function revokeApiKey(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [revoked] = await tx
      .update(apiKeys)
      .set({ revokedAt: new Date(now()) })
      .where(and(eq(apiKeys.id, id), eq(apiKeys.userId, actor.userId), isNull(apiKeys.revokedAt)))
      .returning({ name: apiKeys.name })
    if (!revoked) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no API key with this id.')
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'api_key.revoke',
      resource: { type: 'api_key', id },
      before: revoked,
    })
  })
}
