import { and, eq, lt, lte, type SQL } from 'drizzle-orm'
import { absences, analyses } from '../../../schema/tables/analyses'
import { ANALYSES, type AnalysisName } from '../../../schema/wire/pipeline'
import type { Handles } from '../handles'
import { describeError } from '../log'
import { KEPT_MS } from './known-to'

type Needs = Pick<Handles, 'db' | 'caches' | 'log' | 'now'>

const MINUTE_MS = 60_000
/** Whoever has taken one up and says nothing for so long has died. */
const LEASE_MS = 2 * MINUTE_MS
/** How often what runs all the time is noted; a little less than the minute in which others run. */
const NOTED_MS = 50_000
/** When nobody has looked for so long, nobody was there. */
const ABSENT_MS = 3 * MINUTE_MS

/**
 * Runs what one process at a time does once a minute, if it is due and nobody else is at it. What is taken up is its row, for two
 * minutes; who is killed meanwhile leaves it to the next. The work must bear being done twice at once.
 * @returns whether it ran
 */
export async function runShared(
  handles: Needs,
  name: AnalysisName,
  work: () => Promise<unknown>,
): Promise<boolean> {
  const claim = await claimAnalysis(handles, name)
  if (!claim) return false
  const { result, outcome } = await observe(handles, name, work)
  if (result.status === 'rejected')
    handles.log.warn('an analysis failed', { analysis: name, ...describeError(result.reason) })
  const at = handles.now()
  const nextAt = new Date(at - (at % MINUTE_MS) + MINUTE_MS)
  await note(handles, { ...outcome, nextAt }, and(eq(analyses.name, name), eq(analyses.claim, claim)))
  return true
}

/** Writes how something went. Kept answers do not tell of it. */
const note = ({ db, caches }: Needs, how: Partial<typeof analyses.$inferInsert>, where: SQL | undefined) =>
  db.transaction(async (tx) => {
    await caches.state.keepQuiet(tx)
    await tx.update(analyses).set(how).where(where)
  })

async function claimAnalysis({ db, caches, now }: Needs, name: AnalysisName): Promise<string | undefined> {
  const at = now()
  return db.transaction(async (tx) => {
    const [due] = await tx
      .select({ startedAt: analyses.startedAt })
      .from(analyses)
      .where(and(eq(analyses.name, name), lte(analyses.nextAt, new Date(at))))
      .for('update', { skipLocked: true })
    if (!due) return undefined
    await caches.state.keepQuiet(tx)
    const claim = crypto.randomUUID()
    await tx
      .update(analyses)
      .set({ claim, startedAt: new Date(at), nextAt: new Date(at + LEASE_MS) })
      .where(eq(analyses.name, name))
    if (name === 'alerts' && due.startedAt && at - due.startedAt.getTime() > ABSENT_MS) {
      await tx.delete(absences).where(lt(absences.to, new Date(at - KEPT_MS)))
      await tx
        .insert(absences)
        .values({ from: due.startedAt, to: new Date(at) })
        .onConflictDoNothing()
    }
    return claim
  })
}

/**
 * Runs what every process does for itself, and notes how it went: in its row at most once a minute, because some run every
 * second, and at once when it begins to fail or has recovered.
 * @throws what the work throws
 */
export async function noteRun<Result>(
  handles: Needs,
  name: AnalysisName,
  work: () => Promise<Result>,
): Promise<Result> {
  const { caches, log, now } = handles
  const startedAt = new Date(now())
  const { result, outcome } = await observe(handles, name, work)
  const hasFailed = result.status === 'rejected'
  const known = caches.noted.get(name)
  if (!known || Math.abs(now() - known.at) >= NOTED_MS || hasFailed !== known.hasFailed) {
    caches.noted.set(name, { at: now(), hasFailed })
    const nextAt = new Date(now() + ANALYSES[name].everyMs)
    await note(handles, { ...outcome, startedAt, nextAt }, eq(analyses.name, name))
      // Usage is kept in ClickHouse, and goes on without Postgres.
      .catch((error: unknown) => log.debug('a run is not noted', describeError(error)))
  }
  if (result.status === 'rejected') throw result.reason
  return result.value
}

/** How a run went, and what of it goes into its row. Counted in the metrics of this process as well. */
async function observe<Result>({ caches, now }: Needs, name: AnalysisName, work: () => Promise<Result>) {
  const began = performance.now()
  const [result] = await Promise.allSettled([work()])
  const durationMs = Math.round(performance.now() - began)
  const hasFailed = result.status === 'rejected'
  const labels = { analysis: name, outcome: hasFailed ? 'failed' : 'done' }
  caches.metrics.count('analysis_runs_total', RUNS_HELP, labels)
  caches.metrics.count('analysis_seconds_total', SECONDS_HELP, { analysis: name }, durationMs / 1000)
  const finishedAt = new Date(now())
  const failure = hasFailed && { error: describeError(result.reason).error, failedAt: finishedAt }
  return { result, outcome: { finishedAt, durationMs, ...failure } }
}

const RUNS_HELP = 'Runs of what analyses by itself, in this process.'
const SECONDS_HELP = 'How long they took altogether.'
