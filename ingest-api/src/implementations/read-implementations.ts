import { and, desc, eq, isNull, sql, type SQL } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { channels, projects, versions } from '../../../schema/tables/projects'
import type { Implementation } from '../../../schema/wire/api'
import { resolveConfiguration } from '../../../schema/wire/configuration'
import { OrielError } from '../../../schema/wire/error'
import type { Actor } from '../accounts/actor'
import { ownedBy } from '../accounts/tenant-filter'
import type { Queryable } from '../database'
import { makeEmbedCode } from '../frame/embed-code'
import type { Handles } from '../handles'
import { isServed, onChannel, originsOfImplementation } from './find-live-implementation'

type Tenant = Pick<Actor, 'userId' | 'persona'>

/** The implementations that a persona may see. */
export const ownImplementations = (actor: Tenant): SQL | undefined =>
  and(
    ownedBy(actor, {
      builder_id: widgetImplementations.builderId,
      end_user_id: widgetImplementations.endUserId,
    }),
    isNull(widgetImplementations.deletedAt),
  )

/** @throws OrielError RESOURCE_NOT_FOUND when it does not exist for this actor */
export async function getImplementation(
  handles: Pick<Handles, 'db' | 'config'>,
  actor: Tenant,
  id: string,
): Promise<Implementation> {
  const [found] = await readImplementations(
    handles,
    and(eq(widgetImplementations.id, id), ownImplementations(actor)),
  )
  if (!found) throw implementationNotFound()
  return found
}

/** Every implementation that the actor may see, the newest first, up to `limit`. */
export const listImplementations = (
  handles: Pick<Handles, 'db' | 'config'>,
  actor: Tenant,
  { page, limit }: { page: number; limit: number },
): Promise<Implementation[]> => readImplementations(handles, ownImplementations(actor), { page, limit })

export const implementationNotFound = () =>
  new OrielError('RESOURCE_NOT_FOUND', 'There is no implementation with this id.')

/**
 * Reads an implementation of the actor's and keeps others from changing it until the transaction ends.
 * @throws OrielError RESOURCE_NOT_FOUND
 */
export async function lockImplementation(
  tx: Queryable,
  actor: Tenant,
  id: string,
): Promise<typeof widgetImplementations.$inferSelect> {
  const [row] = await tx
    .select()
    .from(widgetImplementations)
    .where(and(eq(widgetImplementations.id, id), ownImplementations(actor)))
    .for('update')
  if (!row) throw implementationNotFound()
  return row
}

async function readImplementations(
  { db, config }: Pick<Handles, 'db' | 'config'>,
  where: SQL | undefined,
  { page, limit } = { page: 1, limit: 1 },
): Promise<Implementation[]> {
  const rows = await db
    .select({
      row: widgetImplementations,
      projectName: projects.name,
      origins: originsOfImplementation,
      version: versions.version,
      manifest: versions.manifest,
      isPinned: sql<boolean>`${widgetImplementations.pinnedVersionId} is not null`,
    })
    .from(widgetImplementations)
    .innerJoin(projects, eq(projects.id, widgetImplementations.projectId))
    .leftJoin(channels, onChannel)
    .leftJoin(versions, isServed)
    .where(where)
    .orderBy(desc(widgetImplementations.createdAt), desc(widgetImplementations.id))
    .limit(limit)
    .offset((page - 1) * limit)
  return rows.map(({ row, projectName, origins, version, manifest, isPinned }) => ({
    id: row.id,
    name: row.name,
    projectId: row.projectId,
    projectName,
    builderId: row.builderId,
    endUserId: row.endUserId,
    implementationUrl: row.implementationUrl,
    origins,
    channel: row.channel,
    pinnedVersion: isPinned ? version : null,
    version,
    status: row.status,
    configuration: manifest ? resolveConfiguration(manifest.config, row.configuration) : row.configuration,
    configSchema: manifest?.config ?? {},
    presets: manifest?.presets ?? [],
    embedCode: manifest
      ? makeEmbedCode(config.baseUrl, { id: row.id, title: manifest.title, height: manifest.height })
      : row.embedCode,
    usageCount: row.usageCount,
    lastActivity: row.lastActivity?.getTime() ?? null,
    createdAt: row.createdAt.getTime(),
    updatedAt: row.updatedAt.getTime(),
  }))
}
