import { and, count, eq, sql } from 'drizzle-orm'
import { reports } from '../../../schema/tables/reports'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import { metricsOf } from '../../../schema/wire/metric'
import {
  MOST_REPORTS,
  type CreateReportRequest,
  type Report,
  type UpdateReportRequest,
} from '../../../schema/wire/report'
import type { Actor, By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import { enforceMost, isOwn, requireSeen } from '../accounts/own'
import { findTenant, narrowingOf } from '../dashboards/get-series'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { hasText, offsetOf, orderOf, pageOf, type Listing, type Page } from '../listing'
import { newId } from '../new-id'
import { isTooOften, nextOccurrence } from './periods'

type Needs = Pick<Handles, 'db' | 'now'>
export type ReportRow = typeof reports.$inferSelect

/** One page of the reports that the actor has put together as this persona, the newest first unless asked otherwise. */
export async function listReports(
  { db }: Pick<Handles, 'db'>,
  actor: Actor,
  listing: Listing<'createdAt' | 'updatedAt' | 'name'>,
): Promise<Page<Report>> {
  const where = and(isOwn(actor, reports), hasText(listing.search, reports.name))
  const [rows, [counted]] = await Promise.all([
    db
      .select()
      .from(reports)
      .where(where)
      .orderBy(...orderOf(listing, reports, 'createdAt', reports.id))
      .limit(listing.limit)
      .offset(offsetOf(listing)),
    db.select({ total: count() }).from(reports).where(where),
  ])
  return pageOf(rows.map(toReport), listing, counted!.total)
}

/** @throws OrielError RESOURCE_NOT_FOUND when it is not the actor's as this persona */
export const getReportRow = (db: Queryable, actor: Actor, id: string): Promise<ReportRow> =>
  findRow(db.select().from(reports).where(isOwnOne(actor, id)))

/** @throws OrielError RESOURCE_NOT_FOUND when it is not the actor's as this persona */
export const getReport = async (db: Queryable, actor: Actor, id: string): Promise<Report> =>
  toReport(await getReportRow(db, actor, id))

/**
 * Puts a report together; with a schedule it is sent by itself from its next time on.
 * @throws OrielError VALIDATION_ERROR by field; RESOURCE_NOT_FOUND when what it is narrowed to is not the actor's;
 * LIMIT_EXCEEDED
 */
export async function createReport(
  handles: Needs,
  { actor, requestId }: By,
  request: CreateReportRequest,
): Promise<Report> {
  const report = {
    ...request,
    timezone: request.timezone ?? 'UTC',
    schedule: request.schedule ?? 'none',
    hour: request.hour ?? 8,
    implementationId: request.implementationId ?? null,
    projectId: request.projectId ?? null,
  }
  checkFields(actor, report)
  await findTenant(handles, actor, narrowingOf(report))
  const now = handles.now()
  const at = new Date(now)
  const id = newId('report')
  return handles.db.transaction(async (tx) => {
    await enforceMost(tx, actor, reports, { most: MOST_REPORTS, what: 'reports' })
    const [row] = await tx
      .insert(reports)
      .values({
        ...report,
        id,
        ownerId: actor.userId,
        persona: actor.persona,
        nextAt: toDate(nextOccurrence(report, now)),
        createdAt: at,
        updatedAt: at,
      })
      .returning()
    const resource = { type: 'report', id }
    await writeAudit(tx, { actor, requestId, action: 'report.create', resource, after: report })
    return toReport(row!)
  })
}

/**
 * Changes a report. From then on it is sent as it is, from its next time on; one that was stopped begins again.
 * @param seen the revisions that the sender would change; undefined for any
 * @throws OrielError RESOURCE_NOT_FOUND, VALIDATION_ERROR by field, PRECONDITION_FAILED
 */
export async function updateReport(
  handles: Needs,
  { actor, requestId }: By,
  id: string,
  changes: UpdateReportRequest,
  seen?: readonly number[],
): Promise<Report> {
  const { implementationId, projectId } = { ...(await getReportRow(handles.db, actor, id)), ...changes }
  // One that is only renamed may be about what is gone.
  if (Object.keys(changes).some((field) => field !== 'name'))
    await findTenant(handles, actor, narrowingOf({ implementationId, projectId }))
  const now = handles.now()
  return handles.db.transaction(async (tx) => {
    const before = await lockRow(tx, actor, id, seen)
    const report = { ...before, ...changes }
    checkFields(actor, report)
    const isSentOtherwise = Object.keys(changes).some((field) => field !== 'name' && field !== 'metrics')
    const [row] = await tx
      .update(reports)
      .set({
        ...changes,
        ...((isSentOtherwise || before.offReason !== null) && {
          nextAt: toDate(nextOccurrence(report, now)),
          offReason: null,
          waitsSince: null,
        }),
        revision: sql`${reports.revision} + 1`,
        updatedAt: new Date(now),
      })
      .where(eq(reports.id, id))
      .returning()
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'report.update',
      resource: { type: 'report', id },
      before: Object.fromEntries(
        Object.keys(changes).map((field) => [field, before[field as keyof typeof changes]]),
      ),
      after: changes,
    })
    return toReport(row!)
  })
}

/** @throws OrielError RESOURCE_NOT_FOUND, PRECONDITION_FAILED */
export async function deleteReport(
  { db }: Needs,
  { actor, requestId }: By,
  id: string,
  seen?: readonly number[],
): Promise<void> {
  await db.transaction(async (tx) => {
    const { name } = await lockRow(tx, actor, id, seen)
    await tx.delete(reports).where(eq(reports.id, id))
    const resource = { type: 'report', id }
    await writeAudit(tx, { actor, requestId, action: 'report.delete', resource, before: { name } })
  })
}

/** @throws OrielError VALIDATION_ERROR */
function checkFields(
  actor: Actor,
  report: Pick<Report, 'metrics' | 'period' | 'schedule' | 'implementationId' | 'projectId'>,
): void {
  const seen = metricsOf(actor).map(({ id }) => id)
  const fields = report.metrics.flatMap((metric, place) =>
    seen.includes(metric) ? [] : [{ path: `metrics.${place}`, message: 'You may not see this metric.' }],
  )
  if (isTooOften(report))
    fields.push({ path: 'schedule', message: `Must not be more often than each ${report.period} ends.` })
  if (report.implementationId !== null && report.projectId !== null)
    fields.push({ path: 'projectId', message: 'Choose a widget or a project, not both.' })
  if (fields.length > 0) throw invalidFields(fields)
}

const toDate = (at: number | null): Date | null => (at === null ? null : new Date(at))

const isOwnOne = (actor: Actor, id: string) => and(eq(reports.id, id), isOwn(actor, reports))

async function lockRow(tx: Queryable, actor: Actor, id: string, seen: readonly number[] | undefined) {
  const row = await findRow(tx.select().from(reports).where(isOwnOne(actor, id)).for('update'))
  requireSeen(seen, row.revision, 'report')
  return row
}

async function findRow(query: PromiseLike<ReportRow[]>): Promise<ReportRow> {
  const [row] = await query
  if (!row) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no report with this id.')
  return row
}

const toReport = ({ ownerId: _owner, persona: _persona, ...row }: ReportRow): Report => ({
  ...row,
  nextAt: row.nextAt?.getTime() ?? null,
  lastSentAt: row.lastSentAt?.getTime() ?? null,
  waitsSince: row.waitsSince?.getTime() ?? null,
  createdAt: row.createdAt.getTime(),
  updatedAt: row.updatedAt.getTime(),
})
