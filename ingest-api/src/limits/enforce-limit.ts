import { eq, sql, type SQL } from 'drizzle-orm'
import { plans, subscriptions } from '../../../schema/tables/plans'
import { OrielError } from '../../../schema/wire/error'
import { checkLimit, STARTER, type LimitType, type Plan } from '../../../schema/wire/plan'
import type { Queryable } from '../database'

/** The plan that an account is on. */
export async function getPlan(db: Queryable, userId: string): Promise<Plan> {
  const [plan] = await db
    .select({ id: plans.id, name: plans.name, features: plans.features, limits: plans.limits })
    .from(plans)
    .where(
      eq(
        plans.id,
        sql`coalesce((select plan_id from ${subscriptions} where user_id = ${userId}), ${STARTER})`,
      ),
    )
  if (!plan) throw new Error(`The plan of ${userId} is missing`)
  return plan
}

/**
 * Makes sure that one more is allowed. Given the transaction that is about to add it: until it ends nobody else adds
 * one of the kind in the same place, so that two at once cannot both be the last.
 * @param of whose plan counts, and within what: the account itself, or one project of it
 * @param existing a query of one number
 * @throws OrielError LIMIT_EXCEEDED
 */
export async function enforceLimit(
  tx: Queryable,
  type: LimitType,
  { userId, within = userId }: { userId: string; within?: string },
  existing: SQL,
): Promise<void> {
  const { name, limits } = await getPlan(tx, userId)
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`limit ${type} ${within}`}, 0))`)
  const [counted] = await tx.execute<{ total: number }>(sql`select (${existing})::int as total`)
  const check = checkLimit(limits[type], counted!.total)
  if (check.allowed || check.unlimited) return
  const { current, maximum } = check
  throw new OrielError(
    'LIMIT_EXCEEDED',
    `The plan ${name} allows ${maximum} ${NAMES[type]}, and there are ${current}.`,
    {
      limitType: type,
      current,
      maximum,
    },
  )
}

const NAMES: Record<LimitType, string> = {
  projects: 'projects',
  implementations: 'widgets',
  versionsPerProject: 'versions of a project',
  apiKeys: 'API keys',
}

/** How many there are of what is counted for an account. Deleted ones do not count. */
export const countOf = {
  projects: (userId: string) =>
    sql`select count(*) from projects where builder_id = ${userId} and deleted_at is null`,
  implementations: (userId: string) =>
    sql`select count(*) from widget_implementations where end_user_id = ${userId} and deleted_at is null`,
  versionsPerProject: (projectId: string) =>
    sql`select count(*) from versions where project_id = ${projectId}`,
  apiKeys: (userId: string) =>
    sql`select count(*) from api_keys where user_id = ${userId} and revoked_at is null`,
}
