import { and, desc, eq } from 'drizzle-orm'
import { jobs } from '../../../schema/tables/jobs'
import { OrielError } from '../../../schema/wire/error'
import type { Job } from '../../../schema/wire/job'
import type { Actor, By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import type { JobRow } from './job'
import { toJob } from './start-job'

const MOST_SHOWN = 50

/** The actor's latest jobs, the newest first. */
export async function listJobs({ db }: Pick<Handles, 'db'>, { userId }: Actor): Promise<Job[]> {
  const rows = await db
    .select()
    .from(jobs)
    .where(eq(jobs.ownerId, userId))
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(MOST_SHOWN)
  return rows.map(toJob)
}

/** @throws OrielError RESOURCE_NOT_FOUND unless it is the actor's own */
export const getJob = async (handles: Pick<Handles, 'db'>, actor: Actor, id: string): Promise<Job> =>
  toJob(await getOwnRow(handles, actor, id))

/**
 * Lets a job that was given up go on at its next step.
 * @throws OrielError RESOURCE_NOT_FOUND; RESOURCE_CONFLICT unless it has failed
 */
export async function retryJob(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
): Promise<Job> {
  return db.transaction(async (tx) => {
    await getOwnRow({ db }, actor, id)
    const [row] = await tx
      .update(jobs)
      .set({ status: 'waiting', attempts: 0, error: null, nextAt: new Date(now()), finishedAt: null })
      .where(and(eq(jobs.id, id), eq(jobs.status, 'failed')))
      .returning()
    if (!row)
      throw new OrielError('RESOURCE_CONFLICT', 'This job has not failed, so there is nothing to retry.')
    await writeAudit(tx, { actor, requestId, action: 'job.retry', resource: { type: 'job', id } })
    return toJob(row)
  })
}

async function getOwnRow({ db }: Pick<Handles, 'db'>, { userId }: Actor, id: string): Promise<JobRow> {
  const [row] = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), eq(jobs.ownerId, userId)))
  if (!row) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no job with this id.')
  return row
}
