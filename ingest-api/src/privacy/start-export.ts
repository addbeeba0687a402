import { and, eq, inArray } from 'drizzle-orm'
import { jobs } from '../../../schema/tables/jobs'
import { users } from '../../../schema/tables/users'
import type { Job } from '../../../schema/wire/job'
import type { By, SignedIn } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { startJob, toJob } from './job'

/** Begins to gather what Oriel keeps of the actor. One that is still being made is the answer, too. */
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
          eq(jobs.step, 0),
          inArray(jobs.status, ['waiting', 'running']),
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
