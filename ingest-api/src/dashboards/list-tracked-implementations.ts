import { and, count, eq, min, sql } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { channels, projects, versions } from '../../../schema/tables/projects'
import { users } from '../../../schema/tables/users'
import type { BuilderImplementation, Customer, UsageTotals } from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { isServed, onChannel } from '../implementations/find-live-implementation'
import {
  countImplementations,
  isListed,
  orderOfImplementations,
  ownImplementations,
  type ImplementationListing,
} from '../implementations/read-implementations'
import { findPage, hasText, offsetOf, orderOf, pageOf, type Listing, type Page } from '../listing'
import type { Period } from '../reports/tenant'
import { keptCounts } from './kept-reports'

const NOTHING: UsageTotals = { loads: 0, interactions: 0, errors: 0, sessions: 0, visitors: 0 }

type Tenant = Pick<Actor, 'userId' | 'persona'>

/** One page of a builder's implementations with their customers and their usage in a period, the newest first. */
export async function listTrackedImplementations(
  handles: Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>,
  builder: Tenant,
  period: Period,
  listing: ImplementationListing,
): Promise<Page<BuilderImplementation>> {
  const { rows, total } = await handles.caches.reads(['tracked', builder, listing], () =>
    readPage(handles, builder, listing),
  )
  const implementationIds = rows.map(({ id }) => id)
  const counts =
    rows.length === 0
      ? []
      : await keptCounts(
          handles,
          { whose: 'implementations', builderIds: [builder.userId], implementationIds },
          period,
          listing.limit,
        )
  const usageOf = new Map(counts.map(({ implementationId, ...usage }) => [implementationId, usage]))
  const data = rows.map(({ isPinned, lastActivity, createdAt, ...row }) => ({
    ...row,
    pinnedVersion: isPinned ? row.version : null,
    lastActivity: lastActivity?.getTime() ?? null,
    createdAt: createdAt.getTime(),
    usage: usageOf.get(row.id) ?? NOTHING,
  }))
  return pageOf(data, listing, total)
}

async function readPage({ db }: Pick<Handles, 'db'>, builder: Tenant, listing: ImplementationListing) {
  const order = orderOfImplementations(listing)
  const page = findPage(db, widgetImplementations, isListed(builder, listing), order, listing)
  const [rows, total] = await Promise.all([
    db
      .select({
        id: widgetImplementations.id,
        name: widgetImplementations.name,
        projectId: widgetImplementations.projectId,
        projectName: projects.name,
        implementationUrl: widgetImplementations.implementationUrl,
        channel: widgetImplementations.channel,
        isPinned: sql<boolean>`${widgetImplementations.pinnedVersionId} is not null`,
        version: versions.version,
        status: widgetImplementations.status,
        lastActivity: widgetImplementations.lastActivity,
        createdAt: widgetImplementations.createdAt,
        customer: { id: users.id, name: users.name },
      })
      .from(page)
      .innerJoin(widgetImplementations, eq(widgetImplementations.id, page.id))
      .innerJoin(projects, eq(projects.id, widgetImplementations.projectId))
      .innerJoin(users, eq(users.id, widgetImplementations.endUserId))
      .leftJoin(channels, onChannel)
      .leftJoin(versions, isServed)
      .orderBy(...order),
    countImplementations({ db }, builder, listing),
  ])
  return { rows, total }
}

/** One page of the end users who use a builder's projects, the newest first. */
export async function listCustomers(
  { db }: Pick<Handles, 'db'>,
  builder: Tenant,
  listing: Listing<'since' | 'name' | 'implementations'>,
): Promise<Page<Customer>> {
  const where = and(ownImplementations(builder), hasText(listing.search, users.name))
  const since = min(widgetImplementations.createdAt)
  const rows = await db
    .select({ id: users.id, name: users.name, implementations: count(), since })
    .from(widgetImplementations)
    .innerJoin(users, eq(users.id, widgetImplementations.endUserId))
    .where(where)
    .groupBy(users.id)
    .orderBy(
      ...orderOf(listing, { since, name: users.name, implementations: sql`count(*)` }, 'since', users.id),
    )
    .limit(listing.limit)
    .offset(offsetOf(listing))
  const [counted] = await db
    .select({ total: sql<number>`count(distinct ${users.id})::int` })
    .from(widgetImplementations)
    .innerJoin(users, eq(users.id, widgetImplementations.endUserId))
    .where(where)
  const data = rows.map((row) => ({ ...row, since: row.since!.getTime() }))
  return pageOf(data, listing, counted!.total)
}
