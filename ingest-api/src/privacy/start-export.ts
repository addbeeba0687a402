import { and, eq, gt, isNull, or } from 'drizzle-orm'
import { jobs } from '../../../schema/tables/jobs'
import { users } from '../../../schema/tables/users'
import type { Job } from '../../../schema/wire/job'
import type { By, SignedIn } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { startJob, toJob } from './start-job'

/** So often one can be made anew. */
const FRESH_MS = 60 * 60 * 1000

/** Begins to gather what Oriel keeps of the actor. One that is being made, or was within the hour, is the answer, too. */
export async function startExport(
  handles: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By<SignedIn>,
): Promise<Job> {
  const { userId } = actor
  return handles.db.transaction(async (tx) => {
    // Whoever asks twice at once waits here for the first.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update')
    const [known] = await tx
      .select()
      .from(jobs)
      .where(
        and(
          eq(jobs.ownerId, userId),
          eq(jobs.kind, 'export_data'),
          isNull(jobs.finishedAt),
          or(eq(jobs.step, 0), gt(jobs.createdAt, new Date(handles.now() - FRESH_MS))),
        ),
      )
    if (known) return toJob(known)
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'user.export',
      resource: { type: 'user', id: userId },
    })
    return startJob(tx, handles, { kind: 'export_data', ownerId: userId })
  })
}
