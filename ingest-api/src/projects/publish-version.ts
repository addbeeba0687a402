import { and, eq, sql } from 'drizzle-orm'
import { bundles, projects, sourceMaps, versions } from '../../../schema/tables/projects'
import type { Version } from '../../../schema/wire/api'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import type { Manifest } from '../../../schema/wire/manifest'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { countOf, enforceLimit } from '../limits/enforce-limit'
import { newId } from '../new-id'
import { checkBundle } from './check-bundle'
import { lockProject } from './change-project'
import { toVersion } from './list-versions'
import { getProject } from './read-projects'

/** What a builder sends: the bundle, or where it is hosted; the bundle's source map is for reading its errors. */
export type Upload = ({ bundle: Uint8Array } | { bundleUrl: string }) & {
  manifest: Manifest
  sourceMap?: Uint8Array
}

/**
 * Publishes an immutable version. A hosted bundle is fetched this once and kept. Publishing the very same again answers the version that is there.
 * @throws OrielError RESOURCE_NOT_FOUND for the project; VALIDATION_ERROR naming everything that is wrong with bundle
 * and manifest; LIMIT_EXCEEDED; RESOURCE_CONFLICT when the version exists with another bundle or manifest
 */
export async function publishVersion(
  { db, now, fetchBundle }: Pick<Handles, 'db' | 'now' | 'fetchBundle'>,
  { actor, requestId }: By,
  projectId: string,
  { manifest, sourceMap, ...source }: Upload,
): Promise<{ version: Version; created: boolean }> {
  await getProject({ db }, actor, projectId)
  const bundle = 'bundle' in source ? source.bundle : await fetchBundle(source.bundleUrl)
  const { checkManifestConfiguration } = await import('./check-configuration')
  const fields = [
    ...checkBundle(bundle, manifest),
    ...checkManifestConfiguration(manifest).map(({ path, message }) => ({
      path: `manifest.${path}`,
      message,
    })),
  ]
  if (fields.length > 0) throw invalidFields(fields)
  return db.transaction(async (tx) => {
    const { builderId } = await lockProject(tx, actor, projectId)
    const { version, integrity, size } = manifest
    const [published] = await tx
      .select({
        row: versions,
        same: sql<boolean>`${versions.manifest}::jsonb = ${JSON.stringify(manifest)}::jsonb`,
      })
      .from(versions)
      .where(and(eq(versions.projectId, projectId), eq(versions.version, version)))
    if (published?.same) return { version: toVersion(published.row), created: false }
    if (published)
      throw new OrielError(
        'RESOURCE_CONFLICT',
        `Version ${version} is published with other contents and never changes. Publish under a new version number.`,
      )
    const place = { userId: builderId, within: projectId }
    await enforceLimit(tx, 'versionsPerProject', place, countOf.versionsPerProject(projectId))
    await tx.insert(bundles).values({ integrity, code: bundle }).onConflictDoNothing()
    const id = newId('version')
    const [row] = await tx
      .insert(versions)
      .values({ id, projectId, version, integrity, size, manifest, uploadedBy: actor.userId })
      .returning()
    if (sourceMap) await tx.insert(sourceMaps).values({ versionId: id, map: sourceMap })
    await tx
      .update(projects)
      .set({ updatedAt: new Date(now()) })
      .where(eq(projects.id, projectId))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'version.publish',
      resource: { type: 'version', id },
      after: { projectId, version, integrity, size },
    })
    return { version: toVersion(row!), created: true }
  })
}
