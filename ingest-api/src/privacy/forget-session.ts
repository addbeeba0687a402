import { and, eq, isNull, sql } from 'drizzle-orm'
import { jobs } from '../../../schema/tables/jobs'
import { OrielError } from '../../../schema/wire/error'
import type { Job } from '../../../schema/wire/job'
import { hasAnyPermission } from '../../../schema/wire/permission'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { lockImplementation } from '../implementations/read-implementations'
import { startJob, toJob } from './start-job'

/**
 * Begins to make a visitor's session on one implementation nobody's. Whoever may see its events may do this: the
 * site's owner, the builder and the platform. Asked twice, it is done once.
 * @throws OrielError RESOURCE_NOT_FOUND for the implementation, PERMISSION_ERROR
 */
export async function forgetSession(
  handles: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  implementationId: string,
  sessionId: string,
): Promise<Job> {
  return handles.db.transaction(async (tx) => {
    const { builderId } = await lockImplementation(tx, actor, implementationId)
    if (!hasAnyPermission(actor.permissions, ['manage_widgets', 'manage_implementations']))
      throw new OrielError('PERMISSION_ERROR', 'This needs the permission manage_widgets.')
    const subject = { implementationId, builderId, sessionId }
    const [known] = await tx
      .select()
      .from(jobs)
      .where(
        and(
          eq(jobs.ownerId, actor.userId),
          eq(jobs.kind, 'forget_session'),
          sql`${jobs.subject} @> ${JSON.stringify(subject)}::jsonb`,
          eq(jobs.step, 0),
          isNull(jobs.finishedAt),
        ),
      )
    if (known) return toJob(known)
    const job = await startJob(tx, handles, { kind: 'forget_session', ownerId: actor.userId, subject })
    // The log never forgets, so it does not learn whose session it was.
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'session.forget',
      resource: { type: 'implementation', id: implementationId },
      after: { job: job.id },
    })
    return job
  })
}
