import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { expect, inject, test } from 'vitest'
import { openDatabase } from './database'
import { openTenantDatabase } from './tenant-database'

/** How many statements stay on a connection after it was used; behind a pooler the next who gets it meets them. */
async function preparedBy(query: string): Promise<number> {
  const client = postgres(`${inject('postgresUrl')}${query}`, { max: 1, onnotice() {} })
  try {
    const db = openDatabase(client)
    const tenant = openTenantDatabase(db, { userId: 'us_nobody', persona: 'builder' })
    const one = sql`select ${1}::int as one`
    for (const each of [db, tenant]) {
      expect(await each.execute(one)).toMatchObject([{ one: 1 }])
      expect(await each.transaction((tx) => tx.execute(one))).toMatchObject([{ one: 1 }])
    }
    const [left] = await client.unsafe<{ statements: number }[]>(
      'select count(*)::int as statements from pg_prepared_statements',
    )
    return left!.statements
  } finally {
    await client.end()
  }
}

test('statements are prepared once for a connection', async () =>
  expect(await preparedBy('')).toBeGreaterThan(0))

test('none is where the address says that a pooler cannot have it', async () =>
  expect(await preparedBy('?prepare=false')).toBe(0))
