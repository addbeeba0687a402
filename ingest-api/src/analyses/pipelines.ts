import { and, asc, count, isNotNull, max, min } from 'drizzle-orm'
import { alertRules } from '../../../schema/tables/alerts'
import { analyses } from '../../../schema/tables/analyses'
import { reports } from '../../../schema/tables/reports'
import { OrielError } from '../../../schema/wire/error'
import {
  ANALYSES,
  ANALYSIS_NAMES,
  OWN_ANALYSES,
  type AnalysisName,
  type OwnAnalysis,
  type Pipeline,
  type PipelineRun,
} from '../../../schema/wire/pipeline'
import type { Actor } from '../accounts/actor'
import { isOwn } from '../accounts/own'
import { evaluateRules, type EvaluationHandles } from '../alerts/evaluate-rules'
import type { Handles } from '../handles'
import { sendReports } from '../saved-reports/send-reports'

type Row = typeof analyses.$inferSelect

/** How everything that runs by itself goes, for the platform's people. */
export async function listPlatformPipelines({ db }: Pick<Handles, 'db'>): Promise<Pipeline[]> {
  const rows = await readRows({ db })
  return ANALYSIS_NAMES.map((name) => {
    const row = rows.get(name)
    const { title, everyMs } = ANALYSES[name]
    return {
      name,
      title,
      everyMs,
      lastRunAt: row?.finishedAt?.getTime() ?? null,
      lastRunMs: row?.durationMs ?? null,
      lastError: row?.error ?? null,
      lastErrorAt: row?.failedAt?.getTime() ?? null,
      nextRunAt: row?.finishedAt && everyMs >= MINUTE_MS ? row.nextAt.getTime() : null,
      subjects: null,
    }
  })
}

const MINUTE_MS = 60_000

/**
 * How the actor's own rules and reports are looked at.
 * @param platform knows when that is due again
 */
export async function listOwnPipelines(
  { db }: Pick<Handles, 'db'>,
  platform: Pick<Handles, 'db'>,
  actor: Pick<Actor, 'userId' | 'persona'>,
): Promise<Pipeline[]> {
  const [rows, [rules], [sent]] = await Promise.all([
    readRows(platform),
    db
      .select({
        subjects: count(),
        lastAt: max(alertRules.evaluatedAt),
        unknown: count(alertRules.unknownSince),
        unknownSince: min(alertRules.unknownSince),
      })
      .from(alertRules)
      .where(and(isOwn(actor, alertRules), alertRules.enabled)),
    db
      .select({
        subjects: count(),
        lastAt: max(reports.lastSentAt),
        waiting: count(reports.waitsSince),
        waitsSince: min(reports.waitsSince),
        nextAt: min(reports.nextAt),
      })
      .from(reports)
      .where(and(isOwn(actor, reports), isNotNull(reports.nextAt))),
  ])
  const alerts = rows.get('alerts')
  const { lastAt: evaluatedAt, unknown, unknownSince } = rules!
  const { lastAt: lastSentAt, waiting, waitsSince, nextAt } = sent!
  return [
    {
      name: 'alerts',
      ...ANALYSES.alerts,
      lastRunAt: evaluatedAt?.getTime() ?? null,
      lastRunMs: null,
      lastError: unknown > 0 ? `${unknown} of your rules cannot be told now.` : null,
      lastErrorAt: unknownSince?.getTime() ?? null,
      nextRunAt: rules!.subjects > 0 && alerts?.startedAt ? alerts.nextAt.getTime() : null,
      subjects: rules!.subjects,
    },
    {
      name: 'reports',
      ...ANALYSES.reports,
      lastRunAt: lastSentAt?.getTime() ?? null,
      lastRunMs: null,
      lastError: waiting > 0 ? `${waiting} of your reports cannot be told yet.` : null,
      lastErrorAt: waitsSince?.getTime() ?? null,
      nextRunAt: nextAt?.getTime() ?? null,
      subjects: sent!.subjects,
    },
  ]
}

/** @throws OrielError RESOURCE_NOT_FOUND for what nobody has of their own */
export function readOwnAnalysis(name: string | undefined): OwnAnalysis {
  const own = OWN_ANALYSES.find((known) => known === name)
  if (own) return own
  throw new OrielError('RESOURCE_NOT_FOUND', `What can be asked to run is ${OWN_ANALYSES.join(' or ')}.`)
}

/** Looks at the actor's own rules, or sends the own reports that are due, now; with the platform's handles. */
export async function runPipeline(
  platform: EvaluationHandles,
  actor: Pick<Actor, 'userId' | 'persona'>,
  name: OwnAnalysis,
): Promise<PipelineRun> {
  const began = performance.now()
  const took = () => Math.round(performance.now() - began)
  if (name === 'alerts') {
    const { rules, opened, resolved, unknown } = await evaluateRules(platform, actor)
    return { name, subjects: rules, changes: opened + resolved, unknown, ms: took() }
  }
  const { due, sent, waiting } = await sendReports(platform, actor)
  return { name, subjects: due, changes: sent, unknown: waiting, ms: took() }
}

/** For /metrics: how long ago each of them ended, whichever process ran it. */
export async function listAges({
  db,
  now,
}: Pick<Handles, 'db' | 'now'>): Promise<{ name: AnalysisName; seconds: number }[]> {
  const rows = await readRows({ db })
  return [...rows.values()].flatMap(({ name, finishedAt }) =>
    finishedAt ? [{ name, seconds: Math.max(0, (now() - finishedAt.getTime()) / 1000) }] : [],
  )
}

const readRows = async ({ db }: Pick<Handles, 'db'>): Promise<Map<AnalysisName, Row>> =>
  new Map((await db.select().from(analyses).orderBy(asc(analyses.name))).map((row) => [row.name, row]))
