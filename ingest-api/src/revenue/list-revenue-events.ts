import { and, count, desc, eq } from 'drizzle-orm'
import { revenueEvents } from '../../../schema/tables/revenue'
import type { RevenueEvent, RevenueType } from '../../../schema/wire/revenue'
import type { Actor } from '../accounts/actor'
import { ownedBy } from '../accounts/tenant-filter'
import type { Handles } from '../handles'
import { offsetOf, pageOf, type Page, type Paging } from '../listing'

/** One page of the money that an actor's work or sites moved, the newest first. */
export async function listRevenueEvents(
  { db }: Pick<Handles, 'db'>,
  actor: Pick<Actor, 'userId' | 'persona'>,
  { type, ...paging }: Paging & { type?: RevenueType | undefined },
): Promise<Page<RevenueEvent>> {
  const where = and(
    ownedBy(actor, { builder_id: revenueEvents.builderId, end_user_id: revenueEvents.endUserId }),
    type && eq(revenueEvents.eventType, type),
  )
  const [rows, [counted]] = await Promise.all([
    db
      .select()
      .from(revenueEvents)
      .where(where)
      .orderBy(desc(revenueEvents.createdAt), desc(revenueEvents.id))
      .limit(paging.limit)
      .offset(offsetOf(paging)),
    db.select({ total: count() }).from(revenueEvents).where(where),
  ])
  const data = rows.map((row) => ({
    id: row.id,
    type: row.eventType,
    amount: row.amount,
    currency: row.currency,
    description: row.description,
    implementationId: row.implementationId,
    builderId: row.builderId,
    endUserId: row.endUserId,
    createdAt: row.createdAt.getTime(),
  }))
  return pageOf(data, paging, counted!.total)
}
