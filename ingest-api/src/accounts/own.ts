import { and, count, eq, getTableName, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { OrielError } from '../../../schema/wire/error'
import type { Queryable } from '../database'
import type { Actor } from './actor'

/** A table whose rows are somebody's own as one persona, who sees other things as another. */
type OwnTable = PgTable & { ownerId: PgColumn; persona: PgColumn }
type Owner = Pick<Actor, 'userId' | 'persona'>

/** The rows that are the actor's as the persona that asks. */
export const isOwn = ({ userId, persona }: Owner, table: OwnTable): SQL | undefined =>
  and(eq(table.ownerId, userId), eq(table.persona, persona))

/**
 * Makes sure that one more is allowed. Given the transaction that is about to add it: nobody else adds one meanwhile.
 * @param what they are called, in the plural
 * @throws OrielError LIMIT_EXCEEDED
 */
export async function enforceMost(
  tx: Queryable,
  owner: Owner,
  table: OwnTable,
  { most, what }: { most: number; what: string },
): Promise<void> {
  const lock = `${getTableName(table)} of ${owner.userId}`
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`)
  const [counted] = await tx
    .select({ total: count() })
    .from(table as PgTable)
    .where(isOwn(owner, table))
  const current = counted!.total
  if (current >= most)
    throw new OrielError('LIMIT_EXCEEDED', `There can be ${most} ${what}. Delete one that you do not need.`, {
      current,
      maximum: most,
    })
}

/** @throws OrielError PRECONDITION_FAILED unless the state is one that the sender would change; undefined stands for any */
export function requireSeen(seen: readonly number[] | undefined, revision: number, what: string): void {
  if (seen?.includes(revision) === false)
    throw new OrielError(
      'PRECONDITION_FAILED',
      `Somebody has changed this ${what} since you loaded it. Load it again.`,
    )
}
