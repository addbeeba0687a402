import { and, eq, gte, inArray, sql } from 'drizzle-orm'
import { revenueEvents } from '../../../schema/tables/revenue'
import type { Interval } from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import { ownedBy } from '../accounts/tenant-filter'
import type { Database } from '../database'

/** What everything is paid in. */
export const CURRENCY = 'USD'
const MONTH_MS = 30 * 24 * 60 * 60 * 1000

export type RevenueSum = { currency: string; total: number; monthly: number }

const own = (actor: Pick<Actor, 'userId' | 'persona'>) =>
  and(
    ownedBy(actor, { builder_id: revenueEvents.builderId, end_user_id: revenueEvents.endUserId }),
    eq(revenueEvents.currency, CURRENCY),
  )

/** Money that an actor's work or sites moved: ever, and in the last 30 days. Minor units. */
export async function sumRevenue(
  { db }: { db: Database },
  actor: Pick<Actor, 'userId' | 'persona'>,
  now: number,
): Promise<RevenueSum> {
  const since = new Date(now - MONTH_MS)
  const [sum] = await db
    .select({
      total: sql<string>`coalesce(sum(${revenueEvents.amount}), 0)`,
      monthly: sql<string>`coalesce(sum(${revenueEvents.amount}) filter (where ${gte(revenueEvents.createdAt, since)}), 0)`,
    })
    .from(revenueEvents)
    .where(own(actor))
  return { currency: CURRENCY, total: Number(sum!.total), monthly: Number(sum!.monthly) }
}

/**
 * The same money by calendar day of a time zone, or by another part of time, those without any left out.
 * @param only of these implementations, if they are named
 */
export async function listRevenue(
  { db }: { db: Database },
  actor: Pick<Actor, 'userId' | 'persona'>,
  { from, to, timezone }: { from: number; to: number; timezone: string },
  by: Interval = 'day',
  only?: readonly string[],
): Promise<{ at: number; amount: number }[]> {
  const bucket = sql`date_trunc(${by}, ${revenueEvents.createdAt}, ${timezone})`
  const rows = await db
    .select({
      bucket: sql<string>`extract(epoch from ${bucket}) * 1000`,
      amount: sql<string>`sum(${revenueEvents.amount})`,
    })
    .from(revenueEvents)
    .where(
      and(
        own(actor),
        only && inArray(revenueEvents.implementationId, [...only]),
        sql`${revenueEvents.createdAt} >= ${new Date(from).toISOString()}`,
        sql`${revenueEvents.createdAt} < ${new Date(to).toISOString()}`,
      ),
    )
    .groupBy(sql`1`)
    .orderBy(sql`1`)
  return rows.map((row) => ({ at: Number(row.bucket), amount: Number(row.amount) }))
}

/**
 * That money in buckets, which begin at these times. Where Postgres cuts time elsewhere than who made the buckets, as with
 * a time zone that only one of them knows anew, it is in the one before, and none is lost.
 */
export function placeRevenue(
  parts: readonly { at: number; amount: number }[],
  starts: readonly number[],
): { at: number; value: number }[] {
  const buckets = starts.map((at) => ({ at, value: 0 }))
  for (const { at, amount } of parts)
    (buckets.findLast((bucket) => bucket.at <= at) ?? buckets[0]!).value += amount
  return buckets
}
