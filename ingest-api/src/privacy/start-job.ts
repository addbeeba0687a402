import { and, count, eq, isNull } from 'drizzle-orm'
import { jobs, type JobSubject } from '../../../schema/tables/jobs'
import { OrielError } from '../../../schema/wire/error'
import type { Job, JobKind } from '../../../schema/wire/job'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { newId } from '../new-id'
import type { JobRow } from './job'
import { KINDS } from './kinds'

/** So many of a person's jobs may wait for their turn; who is about to be erased is not held up by them. */
const MOST_WAITING = 100

/**
 * Given the transaction that gives the reason for it, so that a job exists exactly when its reason does.
 * @throws OrielError RATE_LIMIT_EXCEEDED when too many of the owner's wait already
 */
export async function startJob(
  tx: Queryable,
  { now }: Pick<Handles, 'now'>,
  { kind, ownerId, subject = {} }: { kind: JobKind; ownerId: string; subject?: JobSubject },
): Promise<Job> {
  const at = now()
  if (kind !== 'erase_account') {
    const [waiting] = await tx
      .select({ total: count() })
      .from(jobs)
      .where(and(eq(jobs.ownerId, ownerId), eq(jobs.step, 0), isNull(jobs.finishedAt)))
    if (waiting!.total >= MOST_WAITING)
      throw new OrielError(
        'RATE_LIMIT_EXCEEDED',
        'Too many of your jobs are waiting. Please ask again later.',
        {
          retryAfterSeconds: 60,
        },
      )
  }
  const [row] = await tx
    .insert(jobs)
    .values({
      id: newId('job'),
      kind,
      ownerId,
      subject,
      createdAt: new Date(at),
      nextAt: new Date(at + (KINDS[kind][0]!.afterMs ?? 0)),
    })
    .returning()
  return toJob(row!)
}

/** A job as the API shows it. */
export function toJob(row: JobRow): Job {
  const steps = KINDS[row.kind]
  const { fileBytes, status } = row
  return {
    id: row.id,
    kind: row.kind,
    status,
    implementationId: row.subject.implementationId ?? null,
    steps: {
      done: row.step,
      total: steps.length,
      current: row.finishedAt ? null : (steps[row.step]?.title ?? null),
    },
    rows: row.rows.reduce((sum, rows) => sum + rows, 0),
    error: row.error,
    file: fileBytes !== null && row.step === 1 ? { bytes: fileBytes, expiresAt: row.nextAt.getTime() } : null,
    createdAt: row.createdAt.getTime(),
    nextAt: row.finishedAt ? null : row.nextAt.getTime(),
    finishedAt: row.finishedAt?.getTime() ?? null,
  }
}
