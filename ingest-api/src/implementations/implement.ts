import { and, eq } from 'drizzle-orm'
import { implementationOrigins, widgetImplementations } from '../../../schema/tables/implementations'
import { channels, projects, versions } from '../../../schema/tables/projects'
import type { Implementation } from '../../../schema/wire/api'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import type { ImplementRequest } from '../../../schema/wire/requests'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Queryable } from '../database'
import { makeEmbedCode } from '../frame/embed-code'
import type { Handles } from '../handles'
import { countOf, enforceLimit } from '../limits/enforce-limit'
import { newId } from '../new-id'
import { isOffered } from '../projects/list-offers'
import { projectNotFound } from '../projects/read-projects'
import { getImplementation } from './read-implementations'

/**
 * Puts a project on the actor's site. The page's own origin is allowed by itself; only what differs from the defaults
 * is stored, so that a later default reaches it.
 * @throws OrielError RESOURCE_NOT_FOUND for the project; RESOURCE_CONFLICT when its channel has no release;
 * VALIDATION_ERROR by field of the configuration; LIMIT_EXCEEDED
 */
export async function implement(
  handles: Pick<Handles, 'db' | 'config'>,
  { actor, requestId }: By,
  {
    projectId,
    implementationUrl,
    name,
    origins = [],
    configuration = {},
    channel = 'stable',
  }: ImplementRequest,
): Promise<Implementation> {
  const { checkConfiguration } = await import('../projects/check-configuration')
  const url = new URL(implementationUrl)
  const id = newId('implementation')
  await handles.db.transaction(async (tx) => {
    const { project, manifest } = await getReleased(tx, projectId, channel)
    const fields = checkConfiguration(manifest.config, configuration, 'configuration')
    if (fields.length > 0) throw invalidFields(fields)
    await enforceLimit(tx, 'implementations', actor, countOf.implementations(actor.userId))
    await tx.insert(widgetImplementations).values({
      id,
      endUserId: actor.userId,
      projectId,
      builderId: project.builderId,
      name: name ?? `${project.name} on ${url.host}`.slice(0, 100),
      implementationUrl: url.href,
      embedCode: makeEmbedCode(handles.config.baseUrl, { ...manifest, id }),
      configuration,
      channel,
    })
    const allowed = [...new Set([url.origin, ...origins])]
    await tx.insert(implementationOrigins).values(allowed.map((origin) => ({ implementationId: id, origin })))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'implementation.create',
      resource: { type: 'implementation', id },
      after: { projectId, channel, implementationUrl: url.href, origins: allowed, configuration },
    })
  })
  return getImplementation(handles, actor, id)
}

/** A project that anybody may implement, with the manifest of what the channel serves. Holds off its deletion. */
async function getReleased(tx: Queryable, projectId: string, channel: string) {
  const [project] = await tx
    .select({ name: projects.name, builderId: projects.builderId })
    .from(projects)
    .where(and(eq(projects.id, projectId), isOffered))
    .for('share')
  if (!project) throw projectNotFound()
  const [released] = await tx
    .select({ manifest: versions.manifest })
    .from(channels)
    .innerJoin(versions, eq(versions.id, channels.versionId))
    .where(and(eq(channels.projectId, projectId), eq(channels.name, channel)))
  if (!released)
    throw new OrielError('RESOURCE_CONFLICT', `This project has no release on the channel ${channel} yet.`)
  return { project, manifest: released.manifest }
}
