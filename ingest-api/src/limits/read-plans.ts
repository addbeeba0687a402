import { asc, eq, sql } from 'drizzle-orm'
import { plans } from '../../../schema/tables/plans'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import { checkLimit, problemOfFeatures, type Allowance, type Plan } from '../../../schema/wire/plan'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { countOf, getPlan } from './enforce-limit'

const columns = { id: plans.id, name: plans.name, features: plans.features, limits: plans.limits }

/** Every plan there is, the first one first. */
export const listPlans = ({ db }: Pick<Handles, 'db'>): Promise<Plan[]> =>
  db
    .select(columns)
    .from(plans)
    .orderBy(
      asc(plans.createdAt),
      asc(sql`(${plans.limits} ->> 'projects')::int < 0`),
      asc(sql`(${plans.limits} ->> 'projects')::int`),
    )

/** What an account is on, and how far it has got. `versionsPerProject` is about its fullest project. */
export async function getAllowance({ db }: Pick<Handles, 'db'>, userId: string): Promise<Allowance> {
  const plan = await getPlan(db, userId)
  const [counts] = await db.execute<
    Record<'projects' | 'implementations' | 'apiKeys' | 'versions', number>
  >(sql`
    select (${countOf.projects(userId)})::int as projects,
      (${countOf.implementations(userId)})::int as implementations,
      (${countOf.apiKeys(userId)})::int as "apiKeys",
      coalesce((select max(total) from (
        select count(*) as total from versions v join projects p on p.id = v.project_id
        where p.builder_id = ${userId} and p.deleted_at is null group by p.id) per_project), 0)::int as versions`)
  const { projects, implementations, apiKeys, versions } = counts!
  const { limits } = plan
  return {
    plan,
    limits: {
      projects: checkLimit(limits.projects, projects),
      implementations: checkLimit(limits.implementations, implementations),
      versionsPerProject: checkLimit(limits.versionsPerProject, versions),
      apiKeys: checkLimit(limits.apiKeys, apiKeys),
    },
  }
}

/**
 * Changes what a plan gives, for everybody on it from now on. What is over a lower limit already stays.
 * @throws OrielError RESOURCE_NOT_FOUND; VALIDATION_ERROR when a feature lacks another that it needs
 */
export async function updatePlan(
  { db }: Pick<Handles, 'db'>,
  { actor, requestId }: By,
  id: string,
  changes: Omit<Plan, 'id'>,
): Promise<Plan> {
  const problem = problemOfFeatures(changes.features)
  if (problem) throw invalidFields([{ path: 'features', message: `${problem}.` }])
  return db.transaction(async (tx) => {
    const [before] = await tx.select(columns).from(plans).where(eq(plans.id, id)).for('update')
    if (!before) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no plan with this id.')
    const [after] = await tx.update(plans).set(changes).where(eq(plans.id, id)).returning(columns)
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'plan.update',
      resource: { type: 'plan', id },
      before,
      after: after!,
    })
    return after!
  })
}

/**
 * Lets only accounts on whose plan it is.
 * @throws OrielError PERMISSION_ERROR
 */
export async function requireFeature(
  db: Parameters<typeof getPlan>[0],
  userId: string,
  feature: Plan['features'][number],
): Promise<void> {
  const { name, features } = await getPlan(db, userId)
  if (!features.includes(feature))
    throw new OrielError(
      'PERMISSION_ERROR',
      `The plan ${name} does not include ${feature.replaceAll('_', ' ')}.`,
    )
}
