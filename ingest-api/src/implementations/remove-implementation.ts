import { and, eq, isNotNull } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { projects } from '../../../schema/tables/projects'
import type { Implementation } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import { ownedBy } from '../accounts/tenant-filter'
import type { Handles } from '../handles'
import { countOf, enforceLimit } from '../limits/enforce-limit'
import { isOffered } from '../projects/list-offers'
import { getImplementation, implementationNotFound, lockImplementation } from './read-implementations'

/**
 * Takes a widget off its site: the frame is unknown from now on. What was counted stays, and it can be restored.
 * @throws OrielError RESOURCE_NOT_FOUND
 */
export async function removeImplementation(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockImplementation(tx, actor, id)
    await tx
      .update(widgetImplementations)
      .set({ deletedAt: new Date(now()) })
      .where(eq(widgetImplementations.id, id))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'implementation.remove',
      resource: { type: 'implementation', id },
    })
  })
}

/**
 * Brings a removed widget back as it was.
 * @throws OrielError RESOURCE_NOT_FOUND when no removed one has this id; RESOURCE_CONFLICT when its project is gone;
 * LIMIT_EXCEEDED
 */
export async function restoreImplementation(
  handles: Pick<Handles, 'db' | 'config' | 'now'>,
  { actor, requestId }: By,
  id: string,
): Promise<Implementation> {
  await handles.db.transaction(async (tx) => {
    const [row] = await tx
      .select({ projectId: widgetImplementations.projectId, endUserId: widgetImplementations.endUserId })
      .from(widgetImplementations)
      .where(
        and(
          eq(widgetImplementations.id, id),
          isNotNull(widgetImplementations.deletedAt),
          ownedBy(actor, {
            builder_id: widgetImplementations.builderId,
            end_user_id: widgetImplementations.endUserId,
          }),
        ),
      )
      .for('update')
    if (!row) throw implementationNotFound()
    const [offered] = await tx
      .select({ id: projects.id })
      .from(projects)
      .where(and(eq(projects.id, row.projectId), isOffered))
      .for('share')
    if (!offered)
      throw new OrielError('RESOURCE_CONFLICT', 'The project of this widget is not offered any more.')
    await enforceLimit(
      tx,
      'implementations',
      { userId: row.endUserId },
      countOf.implementations(row.endUserId),
    )
    await tx
      .update(widgetImplementations)
      .set({ deletedAt: null, updatedAt: new Date(handles.now()) })
      .where(eq(widgetImplementations.id, id))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'implementation.restore',
      resource: { type: 'implementation', id },
    })
  })
  return getImplementation(handles, actor, id)
}
