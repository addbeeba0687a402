import { asc, Column, desc, ilike, is, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Pagination } from '../../schema/wire/api'

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
