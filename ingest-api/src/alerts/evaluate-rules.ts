import { and, asc, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm'
import { alertRules } from '../../../schema/tables/alerts'
import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import type { Actor } from '../accounts/actor'
import { measure } from '../analytics/measure'
import { findKnowledge, type Knowledge } from '../analyses/known-to'
import { narrowingOf } from '../dashboards/get-series'
import type { Handles } from '../handles'
import { describeError } from '../log'
import { settleRules, type Found, type Looked, type Settled } from './settle-rules'

export type EvaluationHandles = Pick<
  Handles,
  'config' | 'db' | 'clickhouse' | 'caches' | 'keys' | 'log' | 'now'
>

/** Of rules that are looked at together, and settled in one transaction. */
const PAGE_RULES = 500

/** How many rules were looked at, and what came of it. `failure` is why some could not be told, if it is an error. */
export type Evaluation = Settled & { rules: number; failure: unknown }

/**
 * Looks at every rule that is switched on, or at one owner's, and opens and resolves alerts. Rules that ask the same of
 * different tenants are asked together. Any number of processes may do so at once, and be killed anywhere: what is found
 * of a rule counts if the rule is as it was and nobody has found anything later.
 */
export async function evaluateRules(
  handles: EvaluationHandles,
  owner?: Pick<Actor, 'userId' | 'persona'>,
): Promise<Evaluation> {
  const sum: Evaluation = { rules: 0, opened: 0, resolved: 0, unknown: 0, failure: undefined }
  const knowledge = await findKnowledge(handles).catch((error: unknown) => {
    sum.failure = error
    return undefined
  })
  for (let after = ''; ;) {
    const page = await readPage(handles, after, owner)
    if (page.length === 0) return sum
    after = page.at(-1)!.rule.id
    const found = await Promise.all(
      page.map(async (looked): Promise<Found> => {
        if (!knowledge || knowledge.isStale) return { ...looked, is: 'unknown' }
        try {
          return await look(handles, looked, knowledge)
        } catch (error) {
          if (error instanceof OrielError && error.code === 'RESOURCE_NOT_FOUND')
            return { ...looked, is: 'gone' }
          handles.log.warn('a rule cannot be told', { rule: looked.rule.id, ...describeError(error) })
          sum.failure = error
          return { ...looked, is: 'unknown' }
        }
      }),
    )
    const settled = await settleRules(handles, found, knowledge?.to)
    sum.rules += page.length
    sum.opened += settled.opened
    sum.resolved += settled.resolved
    sum.unknown += settled.unknown
  }
}

/** Whoever was suspended, has closed the account or is no longer of the persona is told nothing. */
async function readPage(
  { db }: Pick<Handles, 'db'>,
  after: string,
  owner: Pick<Actor, 'userId' | 'persona'> | undefined,
): Promise<Looked[]> {
  return db
    .select({
      rule: alertRules,
      email: sql<string | null>`case when ${isNotNull(users.emailVerifiedAt)} then ${users.email} end`,
    })
    .from(alertRules)
    .innerJoin(users, eq(users.id, alertRules.ownerId))
    .where(
      and(
        gt(alertRules.id, after),
        alertRules.enabled,
        users.isActive,
        isNull(users.deletedAt),
        sql`${users.roles} ? ${alertRules.persona}`,
        owner && and(eq(alertRules.ownerId, owner.userId), eq(alertRules.persona, owner.persona)),
      ),
    )
    .orderBy(asc(alertRules.id))
    .limit(PAGE_RULES)
}

/** @throws OrielError RESOURCE_NOT_FOUND when what the rule is narrowed to is not its owner's any more */
async function look(handles: EvaluationHandles, looked: Looked, { to, isWhole }: Knowledge): Promise<Found> {
  const { rule } = looked
  const { metric, condition, threshold, ownerId: userId, persona } = rule
  const windowMs = rule.windowMinutes * 60_000
  const period = { from: to - windowMs, to }
  const { value, previous, change } = await measure(
    handles,
    { userId, persona },
    {
      metric,
      ...period,
      interval: 'day',
      timezone: 'UTC',
      ...narrowingOf(rule),
    },
  )
  const holds =
    condition === 'changesBy'
      ? change !== null && Math.abs(change) >= threshold
      : value !== null && (condition === 'above' ? value > threshold : value < threshold)
  const compared = condition === 'changesBy' ? { from: period.from - windowMs, to } : period
  // What came while nobody was there is not known, but a count is at least what did come.
  const isLeast = condition === 'above' && !metric.endsWith('Rate') && metric !== 'revenue'
  return isWhole(compared) || (holds && isLeast)
    ? { ...looked, is: 'known', value, previous, holds }
    : { ...looked, is: 'unknown' }
}
