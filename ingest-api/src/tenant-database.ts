import { drizzle } from 'drizzle-orm/postgres-js'
import type { ParameterOrJSON, PendingQuery, ReservedSql, Row, TransactionSql } from 'postgres'
import type { Actor } from './accounts/actor'
import { preparing, type Database } from './database'

/**
 * The same database as one tenant sees it. Every statement, and every transaction, runs as the role `oriel_app` with
 * the asker set, so that Postgres itself leaves out the rows of others: a query without its filter finds nothing. Both
 * last for the transaction only, so the connection goes back as it came, also behind a pooler. A single statement is
 * sent with its BEGIN and its COMMIT in one go: one write and one round trip, as if it were alone.
 */
export function openTenantDatabase(
  { $client: sql }: Database,
  { userId, persona }: Pick<Actor, 'userId' | 'persona'>,
): Database {
  const enter = (tx: TransactionSql | ReservedSql) =>
    tx`select set_config('oriel.user_id', ${userId}, true), set_config('oriel.persona', ${persona}, true),
         set_config('role', 'oriel_app', true)`
  /** Nothing is answered unless the transaction began and the tenant was set; what fails first is what is thrown. */
  const ask = async <Answer>(query: (tx: ReservedSql) => PromiseLike<Answer>): Promise<Answer> => {
    const connection = await sql.reserve()
    const sent = [connection`begin`, enter(connection), query(connection), connection`commit`] as const
    try {
      return (await Promise.all(sent))[2]
    } finally {
      // After a failure the rest is refused in its turn, and COMMIT rolls back.
      await Promise.allSettled(sent)
      connection.release()
    }
  }
  const begin = <Answer>(run: (tx: TransactionSql) => Promise<Answer>) =>
    sql.begin(async (tx) => {
      await enter(tx)
      return run(tx)
    })
  const unsafe = (text: string, parameters?: ParameterOrJSON<never>[]) => {
    const query = (tx: ReservedSql): PendingQuery<Row[]> => tx.unsafe(text, parameters, preparing(parameters))
    return {
      // As lazy as a query of postgres.js: it runs once somebody waits for it.
      // oxlint-disable-next-line unicorn/no-thenable
      then: (...next: Parameters<Promise<unknown>['then']>) => ask(query).then(...next),
      values: () => ask((tx) => query(tx).values()),
    }
  }
  const scoped: Partial<Record<PropertyKey, unknown>> = { begin, unsafe }
  return drizzle(new Proxy(sql, { get: (target, name) => scoped[name] ?? Reflect.get(target, name) }))
}
