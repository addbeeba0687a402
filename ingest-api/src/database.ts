import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'

export type Database = PostgresJsDatabase<Record<string, never>> & { $client: Sql }
/** A database or a transaction of it. */
export type Queryable = Pick<Database, 'select' | 'insert' | 'update' | 'delete' | 'execute'>

export const openDatabase = (sql: Sql): Database => drizzle(sql)

/** Postgres error codes that domains turn into answers: https://www.postgresql.org/docs/18/errcodes-appendix.html */
export const UNIQUE_VIOLATION = '23505'

export function isDatabaseError(error: unknown, code: string): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return cause instanceof Error && 'code' in cause && cause.code === code
}
