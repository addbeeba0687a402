/** The ClickHouse that reports read and the drain writes, embedded or not. */
export type ClickHouse = {
  /** Rows of a question. Values reach the SQL only as `{name: Type}` parameters. */
  query<Row>(sql: string, params: Record<string, unknown>): Promise<Row[]>
  /**
   * Inserts lines of JSONEachRow, or of JSONCompactEachRow when their columns are named. A repeated insert with the same
   * token changes nothing.
   * @param token names this insert for good: letters, digits, `.`, `:`, `_` and `-`
   */
  insert(table: string, token: string, lines: string | Buffer, columns?: readonly string[]): Promise<void>
  /** Runs a statement. Values reach the SQL only as `{name: Type}` parameters. */
  command(sql: string, params?: Record<string, unknown>): Promise<void>
  close(): Promise<void>
}

/** The part of the official clients (`@clickhouse/client`, `@clickhouse/client-web`) that we call. */
type OfficialClient = {
  query(question: { query: string; query_params: Record<string, unknown>; format: 'JSONEachRow' }): Promise<{
    json(): Promise<unknown>
  }>
  command(statement: { query: string; query_params?: Record<string, unknown> }): Promise<unknown>
  close(): Promise<void>
}

/**
 * Wraps the official client.
 *
 * Settings stand in the statement and nowhere else: through `chdb/connection` a call's `clickhouse_settings` become
 * session-wide `SET`s that stay, so that one insert's token would silently swallow the next insert's rows.
 */
export function createClickHouse(client: OfficialClient): ClickHouse {
  return {
    async query<Row>(sql: string, params: Record<string, unknown>) {
      const result = await client.query({ query: sql, query_params: params, format: 'JSONEachRow' })
      return (await result.json()) as Row[]
    },
    async insert(table, token, lines, columns) {
      await client.command({ query: `${insertStatement(table, token, columns)}\n${lines.toString()}` })
    },
    async command(sql, params = {}) {
      await client.command({ query: sql, query_params: params })
    },
    close: () => client.close(),
  }
}

/** @throws Error unless it can stand between quotes */
export function demandToken(token: string): void {
  if (!/^[\w.:-]+$/.test(token)) throw new Error(`Not an insert token: ${token}`)
}

function insertStatement(table: string, token: string, columns?: readonly string[]): string {
  demandToken(token)
  const into = columns ? `${table} (${columns.join(', ')})` : table
  const format = columns ? 'JSONCompactEachRow' : 'JSONEachRow'
  return `INSERT INTO ${into} SETTINGS async_insert = 0, insert_deduplication_token = '${token}' FORMAT ${format}`
}
