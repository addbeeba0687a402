import { count, desc, eq, min, sql } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { channels, projects, versions } from '../../../schema/tables/projects'
import { users } from '../../../schema/tables/users'
import type {
  BuilderDashboard,
  BuilderImplementation,
  Pagination,
  UsageTotals,
} from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { isServed, onChannel } from '../implementations/find-live-implementation'
import { ownImplementations } from '../implementations/read-implementations'
import { countByImplementation } from '../reports/count-by-implementation'
import type { Period } from '../reports/tenant'

const NOTHING: UsageTotals = { loads: 0, interactions: 0, errors: 0, sessions: 0, visitors: 0 }

type Tenant = Pick<Actor, 'userId' | 'persona'>

/** One page of a builder's implementations with their customers and their usage in a period, the newest first. */
export async function listTrackedImplementations(
  handles: Pick<Handles, 'db' | 'clickhouse'>,
  builder: Tenant,
  period: Period,
  { page, limit }: { page: number; limit: number },
): Promise<{ data: BuilderImplementation[]; pagination: Pagination }> {
  const own = ownImplementations(builder)
  const [rows, [counted]] = await Promise.all([
    handles.db
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
      .from(widgetImplementations)
      .innerJoin(projects, eq(projects.id, widgetImplementations.projectId))
      .innerJoin(users, eq(users.id, widgetImplementations.endUserId))
      .leftJoin(channels, onChannel)
      .leftJoin(versions, isServed)
      .where(own)
      .orderBy(desc(widgetImplementations.createdAt), desc(widgetImplementations.id))
      .limit(limit)
      .offset((page - 1) * limit),
    handles.db.select({ total: count() }).from(widgetImplementations).where(own),
  ])
  const implementationIds = rows.map(({ id }) => id)
  const counts =
    rows.length === 0
      ? []
      : await countByImplementation(
          handles,
          { whose: 'implementations', builderIds: [builder.userId], implementationIds },
          period,
          limit,
        )
  const usageOf = new Map(counts.map(({ implementationId, ...usage }) => [implementationId, usage]))
  const { total } = counted!
  return {
    data: rows.map(({ isPinned, lastActivity, createdAt, ...row }) => ({
      ...row,
      pinnedVersion: isPinned ? row.version : null,
      lastActivity: lastActivity?.getTime() ?? null,
      createdAt: createdAt.getTime(),
      usage: usageOf.get(row.id) ?? NOTHING,
    })),
    pagination: { page, limit, total, totalPages: Math.ceil(total / limit) },
  }
}

/** The end users who use a builder's projects, the newest first. */
export async function listCustomers(
  { db }: Pick<Handles, 'db'>,
  builder: Tenant,
  limit: number,
): Promise<BuilderDashboard['customers']> {
  const rows = await db
    .select({
      id: users.id,
      name: users.name,
      implementations: count(),
      since: min(widgetImplementations.createdAt),
    })
    .from(widgetImplementations)
    .innerJoin(users, eq(users.id, widgetImplementations.endUserId))
    .where(ownImplementations(builder))
    .groupBy(users.id)
    .orderBy(desc(sql`4`))
    .limit(limit)
  return rows.map(({ id, name, implementations, since }) => ({
    id,
    name,
    implementations,
    since: since!.getTime(),
  }))
}
