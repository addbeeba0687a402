import { and, eq, isNull, sql } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { bundles, channels, projects, versions } from '../../../schema/tables/projects'
import type { ImplementationStatus } from '../../../schema/wire/api'
import { resolveConfiguration } from '../../../schema/wire/configuration'
import type { RetentionDays } from '../../../schema/wire/job'
import type { JsonObject } from '../../../schema/wire/json'
import type { Manifest } from '../../../schema/wire/manifest'
import type { Handles } from '../handles'

/** Everything a frame is made of but the bundle. Without a release on its channel there is no version to show. */
export type LiveImplementation = {
  id: string
  name: string
  title: string
  projectId: string
  builderId: string
  endUserId: string
  status: ImplementationStatus
  origins: string[]
  retentionDays: RetentionDays
  /** What was stored, over the defaults of the version that is served. */
  configuration: JsonObject
} & (
  | { version: string; integrity: string; manifest: Manifest }
  | { version: null; integrity: null; manifest: null }
)

/** What visitors of an implementation get now: its pin, or else what its channel points to. One query by primary key. */
export async function findLiveImplementation(
  { db }: Pick<Handles, 'db'>,
  id: string,
): Promise<LiveImplementation | undefined> {
  const [row] = await db
    .select({
      implementation: widgetImplementations,
      projectStatus: projects.status,
      origins: originsOfImplementation,
      version: versions,
    })
    .from(widgetImplementations)
    .innerJoin(projects, eq(projects.id, widgetImplementations.projectId))
    .leftJoin(channels, onChannel)
    .leftJoin(versions, isServed)
    .where(and(eq(widgetImplementations.id, id), isNull(widgetImplementations.deletedAt)))
  if (!row) return undefined
  const { name, projectId, builderId, endUserId, status, retentionDays, configuration } = row.implementation
  const common = {
    id,
    name,
    projectId,
    builderId,
    endUserId,
    retentionDays,
    status: row.projectStatus === 'suspended' ? 'suspended' : status,
    origins: row.origins,
  } as const
  if (!row.version)
    return { ...common, title: name, configuration, version: null, integrity: null, manifest: null }
  const { version, integrity, manifest } = row.version
  return {
    ...common,
    title: manifest.title,
    configuration: resolveConfiguration(manifest.config, configuration),
    version,
    integrity,
    manifest,
  }
}

/** The code of a bundle. Bundles never change, so whoever keeps it may keep it for good. */
export async function getBundle({ db }: Pick<Handles, 'db'>, integrity: string): Promise<string> {
  const [bundle] = await db
    .select({ code: bundles.code })
    .from(bundles)
    .where(eq(bundles.integrity, integrity))
  if (!bundle) throw new Error(`The bundle ${integrity} is missing`)
  return new TextDecoder().decode(bundle.code)
}

/** Joins of an implementation to its channel and to the version it serves: a pin always wins. */
export const onChannel = and(
  eq(channels.projectId, widgetImplementations.projectId),
  eq(channels.name, widgetImplementations.channel),
)
/**
 * The pin, or else what the channel points to. With `coalesce` instead, Postgres would have to ask the policy about every
 * version there is before it may compare one, because it does not know that coalesce tells nobody what it sees.
 */
export const isServed = sql`(${versions.id} = ${widgetImplementations.pinnedVersionId}
  or ${versions.id} = ${channels.versionId} and ${widgetImplementations.pinnedVersionId} is null)`
export const originsOfImplementation = sql<string[]>`(
  select coalesce(jsonb_agg(o.origin order by o.origin), '[]')
  from implementation_origins o where o.implementation_id = ${widgetImplementations.id})`
