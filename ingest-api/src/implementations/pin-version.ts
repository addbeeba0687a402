import { and, eq } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { channels, releases, versions } from '../../../schema/tables/projects'
import type { Implementation } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { Manifest } from '../../../schema/wire/manifest'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { isServed, onChannel } from './find-live-implementation'
import { getImplementation, lockImplementation } from './read-implementations'

/**
 * Keeps an implementation on one version whatever its channel does, or with null lets it follow the channel again.
 * Only what was released once can be pinned: the rest is the builder's own business still.
 * @throws OrielError RESOURCE_NOT_FOUND for the implementation or the version
 */
export async function pinVersion(
  handles: Pick<Handles, 'db' | 'config' | 'now'>,
  { actor, requestId }: By,
  id: string,
  version: string | null,
): Promise<Implementation> {
  await handles.db.transaction(async (tx) => {
    const { projectId, pinnedVersionId: before } = await lockImplementation(tx, actor, id)
    const pinnedVersionId = version && (await getReleasedVersion(tx, projectId, version))
    await tx
      .update(widgetImplementations)
      .set({ pinnedVersionId, updatedAt: new Date(handles.now()) })
      .where(eq(widgetImplementations.id, id))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'implementation.pin',
      resource: { type: 'implementation', id },
      before: { pinnedVersionId: before },
      after: { pinnedVersionId },
    })
  })
  return getImplementation(handles, actor, id)
}

/** The manifest of what an implementation serves now: of its pin, or else of its channel's version. */
export async function getServedManifest(tx: Queryable, id: string): Promise<Manifest | undefined> {
  const [served] = await tx
    .select({ manifest: versions.manifest })
    .from(widgetImplementations)
    .leftJoin(channels, onChannel)
    .innerJoin(versions, isServed)
    .where(eq(widgetImplementations.id, id))
  return served?.manifest
}

async function getReleasedVersion(tx: Queryable, projectId: string, version: string): Promise<string> {
  const [released] = await tx
    .select({ id: versions.id })
    .from(versions)
    .innerJoin(releases, eq(releases.versionId, versions.id))
    .where(and(eq(versions.projectId, projectId), eq(versions.version, version)))
    .limit(1)
  if (!released)
    throw new OrielError('RESOURCE_NOT_FOUND', `Version ${version} of this project was never released.`)
  return released.id
}
