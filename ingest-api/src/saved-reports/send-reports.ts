import { and, asc, eq, gt, isNotNull, isNull, lte, or, sql } from 'drizzle-orm'
import { reports, reportSends } from '../../../schema/tables/reports'
import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import { ROLE_PERMISSIONS } from '../../../schema/wire/permission'
import type { Actor } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import { runShared } from '../analyses/run-analysis'
import type { EvaluationHandles } from '../alerts/evaluate-rules'
import { offReasonOf } from '../dashboards/get-series'
import type { Queryable } from '../database'
import { describeError } from '../log'
import { queueMail } from '../mail/queue-mail'
import { nextOccurrence } from './periods'
import { reportLetter } from './report-letter'
import { runReport } from './run-report'
import type { ReportRow } from './saved-reports'

/** Of reports that are made at the same time. */
const PAGE_REPORTS = 50
/** One that could not be sent for longer is news to nobody. */
const TOO_LATE_MS = 7 * 24 * 60 * 60 * 1000

type Due = { report: ReportRow; email: string }

/** How many reports were due and sent, and how many wait because their numbers cannot be told yet. */
export type Sending = { due: number; sent: number; waiting: number; failure: unknown }

/** Sends what is due, if nobody else is at it. */
export const runReports = (handles: EvaluationHandles): Promise<boolean> =>
  runShared(handles, 'reports', async () => {
    const { failure } = await sendReports(handles)
    if (failure !== undefined) throw failure
  })

/**
 * Sends every report that is due, or one owner's, to its owner. Any number of processes may do so at once, and be killed
 * anywhere: a letter is written in the transaction that notes its period as sent, which it can be once.
 */
export async function sendReports(
  handles: EvaluationHandles,
  owner?: Pick<Actor, 'userId' | 'persona'>,
): Promise<Sending> {
  const sum: Sending = { due: 0, sent: 0, waiting: 0, failure: undefined }
  const now = handles.now()
  for (let after: ReportRow | undefined; ;) {
    const page = await readDue(handles, now, after, owner)
    if (page.length === 0) return sum
    after = page.at(-1)!.report
    sum.due += page.length
    const outcomes = await Promise.all(
      page.map((due) =>
        send(handles, due, now).catch(async (error: unknown) => {
          handles.log.warn('a report is sent later', { report: due.report.id, ...describeError(error) })
          sum.failure = error
          return wait(handles, due.report, now)
        }),
      ),
    )
    sum.sent += outcomes.filter((outcome) => outcome === 'sent').length
    sum.waiting += outcomes.filter((outcome) => outcome === 'waits').length
  }
}

/** Nothing is sent to who was suspended, has closed the account, is no longer of the persona or has not confirmed the address. */
async function readDue(
  { db }: EvaluationHandles,
  now: number,
  after: ReportRow | undefined,
  owner: Pick<Actor, 'userId' | 'persona'> | undefined,
): Promise<Due[]> {
  return db
    .select({ report: reports, email: users.email })
    .from(reports)
    .innerJoin(users, eq(users.id, reports.ownerId))
    .where(
      and(
        lte(reports.nextAt, new Date(now)),
        after &&
          or(
            gt(reports.nextAt, after.nextAt!),
            and(eq(reports.nextAt, after.nextAt!), gt(reports.id, after.id)),
          ),
        users.isActive,
        isNull(users.deletedAt),
        isNotNull(users.emailVerifiedAt),
        sql`${users.roles} ? ${reports.persona}`,
        owner && and(eq(reports.ownerId, owner.userId), eq(reports.persona, owner.persona)),
      ),
    )
    .orderBy(asc(reports.nextAt), asc(reports.id))
    .limit(PAGE_REPORTS)
}

async function send(
  handles: EvaluationHandles,
  { report, email }: Due,
  now: number,
): Promise<'sent' | 'waits' | 'skipped'> {
  const at = report.nextAt!.getTime()
  if (now - at > TOO_LATE_MS) {
    await handles.db.transaction((tx) => advance(tx, report, at))
    return 'skipped'
  }
  const { ownerId: userId, persona } = report
  const actor = { userId, persona, permissions: ROLE_PERMISSIONS[persona] }
  const run = await runReport(handles, handles, actor, report, at).catch((error: unknown) => {
    if (error instanceof OrielError && error.code === 'RESOURCE_NOT_FOUND') return undefined
    throw error
  })
  if (!run) {
    await stop(handles, report, now)
    return 'skipped'
  }
  if (!run.isComplete) return wait(handles, report, now)
  return handles.db.transaction(async (tx) => {
    if (!(await advance(tx, report, at, new Date(now)))) return 'skipped'
    const sent = {
      reportId: report.id,
      period: report.period,
      from: new Date(run.from),
      sentAt: new Date(now),
    }
    const noted = await tx.insert(reportSends).values(sent).onConflictDoNothing().returning()
    if (noted.length === 0) return 'skipped'
    await queueMail(tx, handles, email, reportLetter(handles.config.baseUrl, run))
    return 'sent'
  })
}

/** Moves a report to its next time, unless it was changed or moved by somebody else. */
async function advance(tx: Queryable, report: ReportRow, at: number, sentAt?: Date): Promise<boolean> {
  const next = nextOccurrence(report, at)
  const moved = await tx
    .update(reports)
    .set({
      nextAt: next === null ? null : new Date(next),
      waitsSince: null,
      ...(sentAt && { lastSentAt: sentAt }),
    })
    .where(isUnchanged(report))
    .returning({ id: reports.id })
  return moved.length > 0
}

async function wait({ db }: EvaluationHandles, report: ReportRow, now: number): Promise<'waits'> {
  await db
    .update(reports)
    .set({ waitsSince: sql`coalesce(${reports.waitsSince}, ${new Date(now).toISOString()})` })
    .where(isUnchanged(report))
  return 'waits'
}

/** What it is about is gone: it is sent no more, and says why. */
async function stop({ db }: EvaluationHandles, report: ReportRow, now: number): Promise<void> {
  const offReason = offReasonOf(report)
  await db.transaction(async (tx) => {
    const stopped = await tx
      .update(reports)
      .set({ nextAt: null, waitsSince: null, offReason, updatedAt: new Date(now) })
      .where(isUnchanged(report))
      .returning({ id: reports.id })
    if (stopped.length > 0)
      await writeAudit(tx, {
        actor: null,
        requestId: 'reports',
        action: 'report.stop',
        resource: { type: 'report', id: report.id },
        after: { offReason },
      })
  })
}

const isUnchanged = ({ id, revision, nextAt }: ReportRow) =>
  and(eq(reports.id, id), eq(reports.revision, revision), eq(reports.nextAt, nextAt!))
