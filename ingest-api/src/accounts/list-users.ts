import { and, count, eq, isNotNull, isNull, or, sql, type SQL } from 'drizzle-orm'
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
import { findPage, hasText, offsetOf, orderOf, pageOf, type Listing, type Page } from '../listing'

const CURRENCY = 'USD'

export type UserListing = Listing<'createdAt' | 'name' | 'email'> & {
  persona?: Persona | undefined
  state?: UserState | undefined
}

/** One page of everybody with an account, the newest first. For the platform's own people. */
export async function listUsers({ db }: Pick<Handles, 'db'>, listing: UserListing): Promise<Page<AdminUser>> {
  const where = isListed(listing)
  const order = orderOf(listing, users, 'createdAt', users.id)
  const page = findPage(db, users, where, order, listing)
  const rows = await db
    .select(userColumns)
    .from(page)
    .innerJoin(users, eq(users.id, page.id))
    .leftJoin(subscriptions, eq(subscriptions.userId, users.id))
    .orderBy(...order)
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
  const columns = { createdAt: users.createdAt, name: users.name }
  const order = orderOf(listing, { ...SUMMED, ...columns }, 'createdAt', users.id)
  const page = sql`(
    select ${users.id} as id from ${users} ${joinSum(listing.sort)} where ${where}
    order by ${sql.join(order, sql`, `)} limit ${listing.limit} offset ${offsetOf(listing)}) as page`
  const rows = await db
    .select({ ...userColumns, ...work })
    .from(page)
    .innerJoin(users, sql`${users.id} = page.id`)
    .leftJoin(subscriptions, eq(subscriptions.userId, users.id))
    .orderBy(...orderOf(listing, { ...work, ...columns }, 'createdAt', users.id))
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

/**
 * What a page can be sorted by, summed for all builders in one go: that is a part of what asking for each of them costs.
 * Which rows are on a page is found by it, and their own numbers are asked for one by one.
 */
const SUMS = {
  projects: sql`select builder_id, count(*) as total from projects where deleted_at is null group by builder_id`,
  implementations: sql`select builder_id, count(*) as total from widget_implementations where deleted_at is null group by builder_id`,
  revenue: sql`select builder_id, sum(amount) as total from revenue_events where currency = ${CURRENCY} group by builder_id`,
}
const total = sql`coalesce(sums.total, 0)`
const SUMMED = { projects: total, implementations: total, revenue: total }

const joinSum = (sort: BuilderListing['sort']): SQL =>
  sort === 'projects' || sort === 'implementations' || sort === 'revenue'
    ? sql`left join (${SUMS[sort]}) sums on sums.builder_id = ${users.id}`
    : sql``

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
    or(hasText(search, users.name, users.email), search ? eq(users.id, search) : undefined),
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
