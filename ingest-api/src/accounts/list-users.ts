import { and, count, eq, isNotNull, isNull, sql, type SQL } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { subscriptions } from '../../../schema/tables/plans'
import { projects } from '../../../schema/tables/projects'
import { revenueEvents } from '../../../schema/tables/revenue'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { AdminBuilder, AdminUser, UserState } from '../../../schema/wire/admin'
import { OrielError } from '../../../schema/wire/error'
import { STARTER } from '../../../schema/wire/plan'
import type { Persona } from '../../../schema/wire/permission'
import type { Handles } from '../handles'
import { hasText, offsetOf, orderOf, pageOf, type Listing, type Page } from '../listing'

const CURRENCY = 'USD'

export type UserListing = Listing<'createdAt' | 'name' | 'email'> & {
  persona?: Persona | undefined
  state?: UserState | undefined
}

/** One page of everybody with an account, the newest first. For the platform's own people. */
export async function listUsers({ db }: Pick<Handles, 'db'>, listing: UserListing): Promise<Page<AdminUser>> {
  const where = isListed(listing)
  const rows = await db
    .select(userColumns)
    .from(users)
    .leftJoin(subscriptions, eq(subscriptions.userId, users.id))
    .where(where)
    .orderBy(...orderOf(listing, users, 'createdAt', users.id))
    .limit(listing.limit)
    .offset(offsetOf(listing))
  const [counted] = await db.select({ total: count() }).from(users).where(where)
  return pageOf(rows.map(toAdminUser), listing, counted!.total)
}

/** @throws OrielError RESOURCE_NOT_FOUND */
export async function getUser({ db }: Pick<Handles, 'db'>, id: string): Promise<AdminUser> {
  const [row] = await db
    .select(userColumns)
    .from(users)
    .leftJoin(subscriptions, eq(subscriptions.userId, users.id))
    .where(eq(users.id, id))
  if (!row) throw userNotFound()
  return toAdminUser(row)
}

export const userNotFound = () => new OrielError('RESOURCE_NOT_FOUND', 'There is no user with this id.')

export type BuilderListing = Listing<'createdAt' | 'name' | 'projects' | 'implementations' | 'revenue'> & {
  state?: UserState | undefined
}

/** One page of the builders with what came of their work, the newest first. */
export async function listBuilders(
  { db }: Pick<Handles, 'db'>,
  listing: BuilderListing,
): Promise<Page<AdminBuilder>> {
  const where = isListed({ ...listing, sort: undefined, persona: 'builder' })
  const work = {
    projects: sql<number>`(select count(*)::int from ${projects} where ${ownBy(projects.builderId)} and ${isNull(projects.deletedAt)})`,
    implementations: sql<number>`(select count(*)::int from ${widgetImplementations} where ${ownBy(widgetImplementations.builderId)} and ${isNull(widgetImplementations.deletedAt)})`,
    revenue: sql<string>`(select coalesce(sum(${revenueEvents.amount}), 0) from ${revenueEvents} where ${ownBy(revenueEvents.builderId)} and ${eq(revenueEvents.currency, CURRENCY)})`,
  }
  const rows = await db
    .select({ ...userColumns, ...work })
    .from(users)
    .leftJoin(subscriptions, eq(subscriptions.userId, users.id))
    .where(where)
    .orderBy(
      ...orderOf(listing, { ...work, createdAt: users.createdAt, name: users.name }, 'createdAt', users.id),
    )
    .limit(listing.limit)
    .offset(offsetOf(listing))
  const [counted] = await db.select({ total: count() }).from(users).where(where)
  const data = rows.map(({ projects, implementations, revenue, ...row }) => ({
    ...toAdminUser(row),
    projects,
    implementations,
    revenue: Number(revenue),
    currency: CURRENCY,
  }))
  return pageOf(data, listing, counted!.total)
}

const ownBy = (
  column: typeof projects.builderId | typeof revenueEvents.builderId | typeof widgetImplementations.builderId,
) => eq(column, users.id)

const isListed = ({ persona, state, search }: UserListing): SQL | undefined =>
  and(
    persona && sql`${users.roles} ? ${persona}`,
    state === undefined
      ? isNull(users.deletedAt)
      : and(
          state === 'removed' ? isNotNull(users.deletedAt) : isNull(users.deletedAt),
          state === 'removed' ? undefined : eq(users.isActive, state === 'active'),
        ),
    hasText(search, users.name, users.email, users.id),
  )

const userColumns = {
  id: users.id,
  email: users.email,
  name: users.name,
  persona: users.persona,
  personas: users.roles,
  grants: users.permissions,
  isActive: users.isActive,
  deletedAt: users.deletedAt,
  createdAt: users.createdAt,
  plan: sql<string>`coalesce(${subscriptions.planId}, ${STARTER})`,
  lastSeenAt: sql<
    string | null
  >`(select max(${sessions.lastSeenAt}) from ${sessions} where ${eq(sessions.userId, users.id)})`,
}

type UserColumns = Omit<AdminUser, 'state' | 'createdAt' | 'lastSeenAt'> & {
  isActive: boolean
  deletedAt: Date | null
  createdAt: Date
  lastSeenAt: string | null
}

const toAdminUser = ({ isActive, deletedAt, createdAt, lastSeenAt, ...row }: UserColumns): AdminUser => ({
  ...row,
  state: deletedAt ? 'removed' : isActive ? 'active' : 'suspended',
  createdAt: createdAt.getTime(),
  lastSeenAt: lastSeenAt === null ? null : Date.parse(lastSeenAt),
})
