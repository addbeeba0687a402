import { and, desc, eq, isNull } from 'drizzle-orm'
import { apiKeys } from '../../../schema/tables/api-keys'
import type { ApiKey } from '../../../schema/wire/api'
import type { Handles } from '../handles'
import type { Actor } from './actor'

/** The actor's keys that are not revoked, the newest first; those that have run out too, so that one sees why. */
export async function listApiKeys({ db }: Pick<Handles, 'db'>, { userId }: Actor): Promise<ApiKey[]> {
  const rows = await db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt)))
    .orderBy(desc(apiKeys.createdAt), apiKeys.id)
  return rows.map(toApiKey)
}

/** A key as the API shows it, without its hash. */
export const toApiKey = (row: typeof apiKeys.$inferSelect): ApiKey => ({
  id: row.id,
  name: row.name,
  hint: row.hint,
  persona: row.persona,
  scopes: row.scopes,
  createdAt: row.createdAt.getTime(),
  expiresAt: row.expiresAt?.getTime() ?? null,
  lastUsedAt: row.lastUsedAt?.getTime() ?? null,
})
