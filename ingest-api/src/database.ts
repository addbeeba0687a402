import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'

export type Database = PostgresJsDatabase<Record<string, never>> & { $client: Sql }
/** A database or a transaction of it. */
export type Queryable = Pick<Database, 'select' | 'insert' | 'update' | 'delete' | 'execute'>

export const openDatabase = (sql: Sql): Database => {
  const unsafe: Sql['unsafe'] = (text, parameters) => sql.unsafe(text, parameters, preparing(parameters))
  return drizzle(
    new Proxy(sql, { get: (target, name) => (name === 'unsafe' ? unsafe : Reflect.get(target, name)) }),
  )
}

/**
 * Statements with parameters are prepared once for each connection: planned once, and sent without asking first what
 * types their parameters have, which is a round trip. A pooler that cannot have it says `?prepare=false` in its address.
 */
export const preparing = (parameters: readonly unknown[] = []) => ({ prepare: parameters.length > 0 })

/** Postgres error codes that domains turn into answers: https://www.postgresql.org/docs/18/errcodes-appendix.html */
export const UNIQUE_VIOLATION = '23505'

export function isDatabaseError(error: unknown, code: string): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return cause instanceof Error && 'code' in cause && cause.code === code
}
