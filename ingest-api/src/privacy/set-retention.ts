import { eq } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import type { Retention, RetentionDays } from '../../../schema/wire/job'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { lockImplementation } from '../implementations/read-implementations'
import { startJob } from './start-job'

/**
 * Says how long the events of an implementation are kept. A shorter time also concerns what is stored; a longer one
 * only what comes from now on, because the visitors of before were promised the shorter.
 * @throws OrielError RESOURCE_NOT_FOUND
 */
export async function setRetention(
  handles: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  implementationId: string,
  retentionDays: RetentionDays,
): Promise<Retention> {
  return handles.db.transaction(async (tx) => {
    const { builderId, retentionDays: before } = await lockImplementation(tx, actor, implementationId)
    if (retentionDays === before) return { retentionDays, job: null }
    await tx
      .update(widgetImplementations)
      .set({ retentionDays, updatedAt: new Date(handles.now()) })
      .where(eq(widgetImplementations.id, implementationId))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'implementation.set_retention',
      resource: { type: 'implementation', id: implementationId },
      before: { retentionDays: before },
      after: { retentionDays },
    })
    if (retentionDays > before) return { retentionDays, job: null }
    const subject = { implementationId, builderId }
    const job = await startJob(tx, handles, { kind: 'set_retention', ownerId: actor.userId, subject })
    return { retentionDays, job }
  })
}
