import { and, count, eq, sql } from 'drizzle-orm'
import { savedDashboards } from '../../../schema/tables/saved-dashboards'
import { MOST_DASHBOARDS, type DashboardRequest, type SavedDashboard } from '../../../schema/wire/dashboard'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import { metricsOf } from '../../../schema/wire/metric'
import type { Actor, By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import { enforceMost, isOwn, requireSeen } from '../accounts/own'
import { findTenant, narrowingOf } from '../dashboards/get-series'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { hasText, offsetOf, orderOf, pageOf, type Listing, type Page } from '../listing'
import { newId } from '../new-id'

type Needs = Pick<Handles, 'db' | 'now'>
type Row = typeof savedDashboards.$inferSelect

/** One page of the dashboards that the actor has saved as this persona, the newest first unless asked otherwise. */
export async function listDashboards(
  { db }: Pick<Handles, 'db'>,
  actor: Actor,
  listing: Listing<'createdAt' | 'updatedAt' | 'name'>,
): Promise<Page<SavedDashboard>> {
  const where = and(isOwn(actor, savedDashboards), hasText(listing.search, savedDashboards.name))
  const [rows, [counted]] = await Promise.all([
    db
      .select()
      .from(savedDashboards)
      .where(where)
      .orderBy(...orderOf(listing, savedDashboards, 'createdAt', savedDashboards.id))
      .limit(listing.limit)
      .offset(offsetOf(listing)),
    db.select({ total: count() }).from(savedDashboards).where(where),
  ])
  return pageOf(rows.map(toDashboard), listing, counted!.total)
}

/** @throws OrielError RESOURCE_NOT_FOUND when it is not the actor's as this persona */
export const getDashboard = async (db: Queryable, actor: Actor, id: string): Promise<SavedDashboard> =>
  toDashboard(await findRow(db.select().from(savedDashboards).where(isOwnOne(actor, id))))

/**
 * Saves a dashboard.
 * @throws OrielError VALIDATION_ERROR for a metric that the actor may not see; RESOURCE_NOT_FOUND when a chart is narrowed
 * to what is not the actor's; LIMIT_EXCEEDED
 */
export async function createDashboard(
  handles: Needs,
  { actor, requestId }: By,
  request: DashboardRequest,
): Promise<SavedDashboard> {
  const saved = toSaved(request)
  await checkCharts(handles, actor, saved.charts)
  const at = new Date(handles.now())
  const id = newId('dashboard')
  return handles.db.transaction(async (tx) => {
    await enforceMost(tx, actor, savedDashboards, { most: MOST_DASHBOARDS, what: 'dashboards' })
    const [row] = await tx
      .insert(savedDashboards)
      .values({ ...saved, id, ownerId: actor.userId, persona: actor.persona, createdAt: at, updatedAt: at })
      .returning()
    const resource = { type: 'dashboard', id }
    await writeAudit(tx, { actor, requestId, action: 'dashboard.create', resource, after: saved })
    return toDashboard(row!)
  })
}

/**
 * Puts another dashboard in the place of one. Charts of what is gone may stay as they are.
 * @param seen the revisions that the sender would change; undefined for any
 * @throws OrielError RESOURCE_NOT_FOUND, VALIDATION_ERROR, PRECONDITION_FAILED
 */
export async function replaceDashboard(
  handles: Needs,
  { actor, requestId }: By,
  id: string,
  request: DashboardRequest,
  seen?: readonly number[],
): Promise<SavedDashboard> {
  const saved = toSaved(request)
  await checkCharts(handles, actor, saved.charts, (await getDashboard(handles.db, actor, id)).charts)
  return handles.db.transaction(async (tx) => {
    const before = await lockRow(tx, actor, id, seen)
    const [row] = await tx
      .update(savedDashboards)
      .set({
        ...saved,
        revision: sql`${savedDashboards.revision} + 1`,
        updatedAt: new Date(handles.now()),
      })
      .where(eq(savedDashboards.id, id))
      .returning()
    const { name, timezone, charts } = before
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'dashboard.replace',
      resource: { type: 'dashboard', id },
      before: { name, timezone, charts },
      after: saved,
    })
    return toDashboard(row!)
  })
}

/** @throws OrielError RESOURCE_NOT_FOUND, PRECONDITION_FAILED */
export async function deleteDashboard(
  { db }: Needs,
  { actor, requestId }: By,
  id: string,
  seen?: readonly number[],
): Promise<void> {
  await db.transaction(async (tx) => {
    const { name, charts } = await lockRow(tx, actor, id, seen)
    await tx.delete(savedDashboards).where(eq(savedDashboards.id, id))
    const resource = { type: 'dashboard', id }
    await writeAudit(tx, { actor, requestId, action: 'dashboard.delete', resource, before: { name, charts } })
  })
}

type Saved = Pick<SavedDashboard, 'name' | 'timezone' | 'charts'>

const toSaved = ({ name, timezone = 'UTC', charts }: DashboardRequest): Saved => ({
  name,
  timezone,
  charts: charts.map((chart) => ({
    ...chart,
    implementationId: chart.implementationId ?? null,
    projectId: chart.projectId ?? null,
  })),
})

/** What charts are narrowed to must be the actor's, unless it stands on the dashboard already and may be gone since. */
async function checkCharts(
  handles: Needs,
  actor: Actor,
  charts: Saved['charts'],
  before: Saved['charts'] = [],
): Promise<void> {
  const seen = metricsOf(actor).map(({ id }) => id)
  const fields = charts.flatMap(({ metric }, place) =>
    seen.includes(metric)
      ? []
      : [{ path: `charts.${place}.metric`, message: 'You may not see this metric.' }],
  )
  if (fields.length > 0) throw invalidFields(fields)
  const keyOf = (chart: Saved['charts'][number]) => JSON.stringify(narrowingOf(chart))
  const known = new Set(before.map(keyOf))
  const fresh = new Map(
    charts.filter((chart) => !known.has(keyOf(chart))).map((chart) => [keyOf(chart), chart]),
  )
  await Promise.all([...fresh.values()].map((chart) => findTenant(handles, actor, narrowingOf(chart))))
}

const isOwnOne = (actor: Actor, id: string) => and(eq(savedDashboards.id, id), isOwn(actor, savedDashboards))

async function lockRow(tx: Queryable, actor: Actor, id: string, seen: readonly number[] | undefined) {
  const row = await findRow(tx.select().from(savedDashboards).where(isOwnOne(actor, id)).for('update'))
  requireSeen(seen, row.revision, 'dashboard')
  return row
}

async function findRow(query: PromiseLike<Row[]>): Promise<Row> {
  const [row] = await query
  if (!row) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no dashboard with this id.')
  return row
}

const toDashboard = ({ ownerId: _owner, persona: _persona, ...row }: Row): SavedDashboard => ({
  ...row,
  createdAt: row.createdAt.getTime(),
  updatedAt: row.updatedAt.getTime(),
})
