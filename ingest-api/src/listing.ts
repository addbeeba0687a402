import { asc, Column, desc, ilike, is, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Pagination } from '../../schema/wire/api'
import type { Queryable } from './database'

export type Paging = { page: number; limit: number }

/** One page of a list, searched and sorted as the asker wants it; what is left out stays as the list likes it. */
export type Listing<Sort extends string> = Paging & {
  search?: string | undefined
  sort?: Sort | undefined
  order?: 'asc' | 'desc' | undefined
}

export type Page<Item> = { data: Item[]; pagination: Pagination }

export const offsetOf = ({ page, limit }: Paging): number => (page - 1) * limit

export const pageOf = <Item>(data: Item[], { page, limit }: Paging, total: number): Page<Item> => ({
  data,
  pagination: { page, limit, total, totalPages: Math.ceil(total / limit) },
})

/**
 * Which rows of a table are on a page, to be joined with everything else: first the page, by an index, and the rest for
 * those rows alone and not for all that are listed.
 */
export const findPage = (
  db: Queryable,
  table: PgTable & { id: PgColumn },
  where: SQL | undefined,
  order: SQL[],
  paging: Paging,
) =>
  db
    .select({ id: table.id })
    .from(table)
    .where(where)
    .orderBy(...order)
    .limit(paging.limit)
    .offset(offsetOf(paging))
    .as('page')

/** True for rows that have the text in one of the columns, in any case; the text means itself and is no pattern. */
export const hasText = (search: string | undefined, ...columns: PgColumn[]): SQL | undefined =>
  search ? or(...columns.map((column) => ilike(column, `%${search.replace(/[\\%_]/g, '\\$&')}%`))) : undefined

/**
 * Sorts by one of the columns, the last ones first unless asked otherwise; texts whatever their case. The id makes the
 * order certain.
 */
export function orderOf<Sort extends string>(
  { sort, order }: Listing<Sort>,
  columns: Record<NoInfer<Sort>, Column | SQL>,
  fallback: NoInfer<Sort>,
  id: PgColumn,
): SQL[] {
  const direction = order === 'asc' ? asc : desc
  const column = columns[sort ?? fallback]
  const isColumn = is(column, Column)
  const key = direction(isColumn && column.dataType === 'string' ? sql`lower(${column})` : column)
  // Where nothing can be null, an index serves both directions only if that is not said.
  return [isColumn && column.notNull ? key : sql`${key} nulls last`, direction(id)]
}
