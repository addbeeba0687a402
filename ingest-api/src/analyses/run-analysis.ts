import { and, eq, lt, lte, sql } from 'drizzle-orm'
import { absences, analyses } from '../../../schema/tables/analyses'
import type { AnalysisName } from '../../../schema/wire/pipeline'
import type { Handles } from '../handles'
import { describeError } from '../log'
import { KEPT_MS } from './known-to'

type Needs = Pick<Handles, 'db' | 'caches' | 'log' | 'now'>

const MINUTE_MS = 60_000
/** Whoever has taken one up and says nothing for so long has died. */
const LEASE_MS = 2 * MINUTE_MS
/** When nobody has looked for so long, nobody was there. */
const ABSENT_MS = 3 * MINUTE_MS

/**
 * Runs what one process at a time does once a minute, if it is due and nobody else is at it. Taken up is the row, for two
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
  const outcome = await observe(handles, name, work)
  const at = handles.now()
  await handles.db
    .update(analyses)
    .set({ ...outcome, nextAt: new Date(at - (at % MINUTE_MS) + MINUTE_MS) })
    .where(and(eq(analyses.name, name), eq(analyses.claim, claim)))
  return true
}

async function claimAnalysis({ db, now }: Needs, name: AnalysisName): Promise<string | undefined> {
  const at = now()
  return db.transaction(async (tx) => {
    const [due] = await tx
      .select({ startedAt: analyses.startedAt })
      .from(analyses)
      .where(and(eq(analyses.name, name), lte(analyses.nextAt, new Date(at))))
      .for('update', { skipLocked: true })
    if (!due) return undefined
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

/** What a run came to, for its row; nothing is thrown. Counted in the metrics of this process as well. */
async function observe({ caches, log, now }: Needs, name: AnalysisName, work: () => Promise<unknown>) {
  const began = performance.now()
  const failure = await work().then(
    () => undefined,
    (error: unknown) => describeError(error),
  )
  const durationMs = Math.round(performance.now() - began)
  if (failure) log.warn('an analysis failed', { analysis: name, ...failure })
  const outcome = failure ? 'failed' : 'done'
  caches.metrics.count('analysis_runs_total', RUNS_HELP, { analysis: name, outcome })
  caches.metrics.count('analysis_seconds_total', SECONDS_HELP, { analysis: name }, durationMs / 1000)
  const at = new Date(now())
  return {
    finishedAt: at,
    durationMs,
    runs: sql`${analyses.runs} + 1`,
    ...(failure && { error: failure.error, failedAt: at, failures: sql`${analyses.failures} + 1` }),
  }
}

const RUNS_HELP = 'Runs of what analyses by itself, in this process.'
const SECONDS_HELP = 'How long they took altogether.'
