import { and, eq, inArray } from 'drizzle-orm'
import { jobs } from '../../../schema/tables/jobs'
import type { Queryable } from '../database'

/** Stops what would erase an account. @returns false when there is nothing to stop, or it has gone too far */
export async function cancelErasure(tx: Queryable, userId: string, at: Date): Promise<boolean> {
  const cancelled = await tx
    .update(jobs)
    .set({ status: 'cancelled', finishedAt: at })
    .where(
      and(
        eq(jobs.ownerId, userId),
        eq(jobs.kind, 'erase_account'),
        eq(jobs.step, 0),
        inArray(jobs.status, ['waiting', 'failed']),
      ),
    )
    .returning({ id: jobs.id })
  return cancelled.length > 0
}
