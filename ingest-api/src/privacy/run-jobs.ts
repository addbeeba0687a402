import { and, asc, eq, inArray, isNull, lte, sql } from 'drizzle-orm'
import { jobs } from '../../../schema/tables/jobs'
import { OrielError } from '../../../schema/wire/error'
import { JOB_KINDS, type JobKind } from '../../../schema/wire/job'
import { describeError } from '../log'
import { backoffMs, repeat } from '../repeat'
import { TooEarly, type JobHandles, type JobRow, type RunningJob } from './job'
import { KINDS } from './kinds'

const POLL_MS = 1_000
/** After a failure of the database itself. */
const PAUSE_MS = 10_000
/** A job that nobody has reported on for so long is taken up by the next who looks. */
export const LEASE_MS = 15_000
/** With these a step is tried for about half a day before the job waits for its owner to try again. */
const RETRY_MS = { first: 10_000, most: 60 * 60 * 1000 }
export const MAX_ATTEMPTS = 20

/** The job is somebody else's by now: cancelled, or taken up because this process was silent for too long. */
class JobLost extends Error {
  override name = 'JobLost'
}
/** The process ends; the job goes on in the next one. */
class JobPutDown extends Error {
  override name = 'JobPutDown'
}

/**
 * Runs every job that is due, one after the other, and keeps looking until it is closed. Several processes share the
 * work: each job is one process's at a time, and one that was killed leaves its jobs to the others.
 */
export function startJobRunner(handles: JobHandles): { close(): Promise<void> } {
  let closing = false
  const rounds = repeat(async () => {
    try {
      await runDue(handles, () => closing)
      return POLL_MS
    } catch (error) {
      handles.log.error('jobs cannot be read', describeError(error))
      return PAUSE_MS
    }
  })
  return {
    close() {
      closing = true
      return rounds.close()
    },
  }
}

/** @returns how often a job was taken up */
export async function runDue(
  handles: JobHandles,
  isClosing = () => false,
  kinds: readonly JobKind[] = JOB_KINDS,
): Promise<number> {
  for (let taken = 0; !isClosing(); taken++) {
    const job = await claimJob(handles, kinds)
    if (!job) return taken
    await runJob(handles, job, isClosing)
  }
  return 0
}

async function claimJob({ db, now }: JobHandles, kinds: readonly JobKind[]): Promise<JobRow | undefined> {
  const due = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(isNull(jobs.finishedAt), inArray(jobs.kind, [...kinds]), lte(jobs.nextAt, new Date(now()))))
    .orderBy(asc(jobs.nextAt), asc(jobs.id))
    .limit(1)
    .for('update', { skipLocked: true })
  const [job] = await db
    .update(jobs)
    .set({
      status: 'running',
      claim: crypto.randomUUID(),
      attempts: sql`${jobs.attempts} + 1`,
      nextAt: new Date(now() + LEASE_MS),
    })
    .where(eq(jobs.id, due))
    .returning()
  return job
}

async function runJob(handles: JobHandles, row: JobRow, isClosing: () => boolean): Promise<void> {
  const { log, now } = handles
  const { id, kind } = row
  const job = hold(handles, row, isClosing)
  // A single slow statement must not cost the job. Who has lost it learns so at the next report.
  const skipBeat = (error: unknown) => log.debug('a job could not be kept', describeError(error))
  const heart = setInterval(() => void job.save({}).catch(skipBeat), LEASE_MS / 3)
  try {
    if (row.attempts > MAX_ATTEMPTS)
      throw new OrielError('INTERNAL_SERVER_ERROR', 'It was cut short too often.')
    while (job.step < KINDS[kind].length) {
      await KINDS[kind][job.step]!.run(handles, job)
      job.step++
      const next = KINDS[kind][job.step]
      const done = { step: job.step, attempts: 1, error: null }
      if (!next)
        await job.save({ ...done, status: 'done', finishedAt: new Date(now()), subject: anonymous(row) })
      else if (next.afterMs)
        return await job.save({
          ...done,
          attempts: 0,
          status: 'waiting',
          nextAt: new Date(now() + next.afterMs),
        })
      else await job.save(done)
    }
    log.info('a job is done', { job: id, kind })
  } catch (error) {
    if (error instanceof JobLost) return log.warn('a job was lost to somebody else', { job: id, kind })
    if (error instanceof TooEarly) return await job.save(later(error, now()))
    const putDown = error instanceof JobPutDown
    if (!putDown) log.warn('a job failed', { job: id, kind, step: job.step, ...describeError(error) })
    await job.save(putDown ? againAtOnce(row, now()) : afterFailure(job.attempts, error, now()))
  } finally {
    clearInterval(heart)
  }
}

/** What was done stays on record; in whose session it was is forgotten too. */
function anonymous({ subject }: JobRow): JobRow['subject'] {
  const { sessionId: _, ...rest } = subject
  return rest
}

const againAtOnce = ({ attempts }: JobRow, at: number) =>
  ({ status: 'waiting', attempts: attempts - 1, nextAt: new Date(at) }) as const

const later = ({ message, againMs }: TooEarly, at: number) =>
  ({ status: 'waiting', attempts: 0, error: message, nextAt: new Date(at + againMs) }) as const

/** What went wrong is told in full to the log, and to the owner as far as it was meant for people. */
const afterFailure = (attempts: number, error: unknown, at: number) => ({
  error: error instanceof OrielError ? error.message : 'Something went wrong on our side.',
  ...(attempts < MAX_ATTEMPTS
    ? { status: 'waiting' as const, nextAt: new Date(at + backoffMs(attempts, RETRY_MS)) }
    : { status: 'failed' as const, finishedAt: new Date(at) }),
})

/** The job while this process has it. Everything is written under the claim, and each writing keeps it for longer. */
function hold({ db, now }: JobHandles, row: JobRow, isClosing: () => boolean) {
  const rows = [...row.rows]
  const held: RunningJob & { attempts: number; save(change: Partial<JobRow>): Promise<void> } = {
    ...row,
    async save(change) {
      if (change.attempts !== undefined) held.attempts = change.attempts
      const [kept] = await db
        .update(jobs)
        .set({ nextAt: new Date(now() + LEASE_MS), ...change })
        .where(and(eq(jobs.id, row.id), eq(jobs.claim, row.claim!), eq(jobs.status, 'running')))
        .returning({ id: jobs.id })
      if (!kept) throw new JobLost()
    },
    async report({ rows: count, ...change }) {
      if (isClosing()) throw new JobPutDown()
      if (count !== undefined) rows[held.step] = count
      await held.save({ ...change, rows: Array.from(rows, (each) => each ?? 0) })
    },
  }
  return held
}
