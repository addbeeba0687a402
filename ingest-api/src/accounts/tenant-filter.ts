import { and, eq, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Persona } from '../../../schema/wire/permission'
import type { Actor } from './actor'

export type TenantFilter = { builder_id?: string; end_user_id?: string }

/**
 * Which rows a persona may see: a builder its own, an end user its own, the super admin all.
 * @throws Error for a persona that is none of the three, so that a new one sees nothing until it stands here
 */
export function createTenantFilter(userId: string, persona: Persona): TenantFilter {
  switch (persona) {
    case 'super_admin':
      return {}
    case 'builder':
      return { builder_id: userId }
    case 'end_user':
      return { end_user_id: userId }
    default:
      throw new Error(`Unknown persona: ${String(persona satisfies never)}`)
  }
}

/** The filter as a condition on a table's tenant columns. A table without the persona's column shows it nothing. */
export function ownedBy(
  { userId, persona }: Pick<Actor, 'userId' | 'persona'>,
  columns: Partial<Record<keyof TenantFilter, PgColumn>>,
): SQL | undefined {
  const filter = Object.entries(createTenantFilter(userId, persona)) as [keyof TenantFilter, string][]
  return and(...filter.map(([name, id]) => (columns[name] ? eq(columns[name], id) : sql`false`)))
}
