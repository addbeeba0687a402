import { and, count, eq, isNull } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import type { RollbackPreview } from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { getProject } from './read-projects'
import { findMove } from './release-version'

/**
 * Says what a rollback would do, and does nothing.
 * @throws OrielError as the rollback would
 */
export async function previewRollback(
  { db }: Pick<Handles, 'db'>,
  actor: Actor,
  { projectId, channel, version }: { projectId: string; channel: string; version: string },
): Promise<RollbackPreview> {
  await getProject({ db }, actor, projectId)
  const { live } = await findMove(db, { projectId, channel, version, kind: 'rollback', reason: '' })
  const [following] = await db
    .select({ implementations: count() })
    .from(widgetImplementations)
    .where(
      and(
        eq(widgetImplementations.projectId, projectId),
        eq(widgetImplementations.channel, channel),
        isNull(widgetImplementations.pinnedVersionId),
        isNull(widgetImplementations.deletedAt),
      ),
    )
  return { projectId, channel, version, previousVersion: live!.version, ...following! }
}
