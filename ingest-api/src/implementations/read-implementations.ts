import { and, count, eq, isNull, or, sql, type SQL } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { channels, projects, versions } from '../../../schema/tables/projects'
import type { Implementation, ImplementationStatus } from '../../../schema/wire/api'
import { resolveConfiguration } from '../../../schema/wire/configuration'
import { OrielError } from '../../../schema/wire/error'
import type { Actor } from '../accounts/actor'
import { ownedBy } from '../accounts/tenant-filter'
import type { Queryable } from '../database'
import { makeEmbedCode } from '../frame/embed-code'
import type { Handles } from '../handles'
import { findPage, hasText, orderOf, pageOf, type Listing, type Page } from '../listing'
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

export type ImplementationListing = Listing<'createdAt' | 'name' | 'usageCount' | 'lastActivity'> & {
  status?: ImplementationStatus | undefined
  project?: string | undefined
}

/** Every implementation that the actor may see, the newest first, up to `limit`. */
export const listImplementations = (
  handles: Pick<Handles, 'db' | 'config'>,
  actor: Tenant,
  listing: ImplementationListing,
): Promise<Implementation[]> => readImplementations(handles, isListed(actor, listing), listing)

/** The same as a page that knows how many there are. */
export async function pageImplementations(
  handles: Pick<Handles, 'db' | 'config'>,
  actor: Tenant,
  listing: ImplementationListing,
): Promise<Page<Implementation>> {
  const [data, total] = await Promise.all([
    listImplementations(handles, actor, listing),
    countImplementations(handles, actor, listing),
  ])
  return pageOf(data, listing, total)
}

/** What is listed of what the actor may see. */
export const isListed = (actor: Tenant, { status, project, search }: ImplementationListing) =>
  and(
    ownImplementations(actor),
    status && eq(widgetImplementations.status, status),
    project === undefined ? undefined : eq(widgetImplementations.projectId, project),
    search
      ? or(
          hasText(search, widgetImplementations.name, widgetImplementations.implementationUrl),
          isOfProject(actor, search),
        )
      : undefined,
  )

/**
 * The project has the text. Among all implementations the projects are found first and theirs by an index; of one's own
 * each is asked for its project, because that is less than to ask for every project whether one may see it.
 */
function isOfProject({ persona }: Tenant, search: string): SQL {
  const named = hasText(search, projects.name)
  return persona === 'super_admin'
    ? sql`${widgetImplementations.projectId} = any(array(select ${projects.id} from ${projects} where ${named}))`
    : sql`exists (select from ${projects} where ${projects.id} = ${widgetImplementations.projectId} and ${named})`
}

export async function countImplementations(
  { db }: Pick<Handles, 'db'>,
  actor: Tenant,
  listing: ImplementationListing,
): Promise<number> {
  const [counted] = await db
    .select({ total: count() })
    .from(widgetImplementations)
    .where(isListed(actor, listing))
  return counted!.total
}

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

export const orderOfImplementations = (listing: ImplementationListing): SQL[] =>
  orderOf(listing, widgetImplementations, 'createdAt', widgetImplementations.id)

async function readImplementations(
  { db, config }: Pick<Handles, 'db' | 'config'>,
  where: SQL | undefined,
  listing: ImplementationListing = { page: 1, limit: 1 },
): Promise<Implementation[]> {
  const order = orderOfImplementations(listing)
  const page = findPage(db, widgetImplementations, where, order, listing)
  const rows = await db
    .select({
      row: widgetImplementations,
      projectName: projects.name,
      origins: originsOfImplementation,
      version: versions.version,
      manifest: versions.manifest,
      isPinned: sql<boolean>`${widgetImplementations.pinnedVersionId} is not null`,
    })
    .from(page)
    .innerJoin(widgetImplementations, eq(widgetImplementations.id, page.id))
    .innerJoin(projects, eq(projects.id, widgetImplementations.projectId))
    .leftJoin(channels, onChannel)
    .leftJoin(versions, isServed)
    .orderBy(...order)
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
    configurationRevision: row.configurationRevision,
    configSchema: manifest?.config ?? {},
    presets: manifest?.presets ?? [],
    embedCode: manifest ? makeEmbedCode(config.baseUrl, { ...manifest, id: row.id }) : row.embedCode,
    retentionDays: row.retentionDays,
    usageCount: row.usageCount,
    lastActivity: row.lastActivity?.getTime() ?? null,
    createdAt: row.createdAt.getTime(),
    updatedAt: row.updatedAt.getTime(),
  }))
}
