import { count, desc, eq } from 'drizzle-orm'
import { versions } from '../../../schema/tables/projects'
import type { Pagination, Version } from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { getProject } from './read-projects'

/**
 * One page of a project's versions, the last published first.
 * @throws OrielError RESOURCE_NOT_FOUND when the project does not exist for this actor
 */
export async function listVersions(
  { db }: Pick<Handles, 'db'>,
  actor: Actor,
  projectId: string,
  { page, limit }: { page: number; limit: number },
): Promise<{ data: Version[]; pagination: Pagination }> {
  await getProject({ db }, actor, projectId)
  const where = eq(versions.projectId, projectId)
  const rows = await db
    .select()
    .from(versions)
    .where(where)
    .orderBy(desc(versions.createdAt), desc(versions.id))
    .limit(limit)
    .offset((page - 1) * limit)
  const [counted] = await db.select({ total: count() }).from(versions).where(where)
  const { total } = counted!
  return {
    data: rows.map(toVersion),
    pagination: { page, limit, total, totalPages: Math.ceil(total / limit) },
  }
}

export const toVersion = (row: typeof versions.$inferSelect): Version => ({
  id: row.id,
  projectId: row.projectId,
  version: row.version,
  size: row.size,
  integrity: row.integrity,
  manifest: row.manifest,
  createdAt: row.createdAt.getTime(),
})
