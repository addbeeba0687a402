import { eq, sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { auditLog } from '../../schema/tables/audit'
import { implementationOrigins, widgetImplementations } from '../../schema/tables/implementations'
import { channels, projects, releases, versions } from '../../schema/tables/projects'
import { revenueEvents } from '../../schema/tables/revenue'
import { users } from '../../schema/tables/users'
import type { Implementation, Login, Project } from '../../schema/wire/api'
import { openDatabase, type Database } from './database'
import { migratePostgres } from './migrate'
import { openTenantDatabase } from './tenant-database'
import { createTestHandles, type TestHandles } from './testing'
import { createClient } from './testing-client'

let handles: TestHandles
let builder: Login
let endUser: Login
let otherBuilder: Login
let otherEndUser: Login
let admin: Login
let released: Project
let draft: Project
let widget: Implementation

beforeAll(async () => {
  handles = await createTestHandles()
  const client = createClient(handles)
  builder = await client.person('builder')
  endUser = await client.person('end_user')
  otherBuilder = await client.person('builder')
  otherEndUser = await client.person('end_user')
  admin = await client.person('super_admin')
  released = await client.releasedProject(builder)
  await client.publish(builder, released.id, '2.0.0')
  draft = (await client.call<Project>('POST', '/api/projects', { as: builder, body: { name: 'Secret' } }))
    .data
  await client.publish(builder, draft.id, '0.1.0')
  widget = (await client.implement(endUser, released.id)).data
  await handles.db.insert(revenueEvents).values({
    id: 'rv_1',
    implementationId: widget.id,
    builderId: builder.user.id,
    endUserId: endUser.user.id,
    amount: 500,
    eventType: 'purchase',
  })
})
afterAll(() => handles.close())

const as = ({ user }: Login): Database =>
  openTenantDatabase(handles.db, { userId: user.id, persona: user.persona })

/** How many rows each table shows to somebody who asks for all of them. */
async function countAll(db: Database) {
  const count = async (table: Parameters<ReturnType<Database['select']>['from']>[0]) =>
    (await db.select({ one: sql`1` }).from(table)).length
  return {
    projects: await count(projects),
    versions: await count(versions),
    channels: await count(channels),
    releases: await count(releases),
    implementations: await count(widgetImplementations),
    origins: await count(implementationOrigins),
    revenue: await count(revenueEvents),
  }
}

const PUBLIC = { projects: 1, versions: 1, channels: 1, releases: 1 }
const NOTHING = { implementations: 0, origins: 0, revenue: 0 }
const OWN = { implementations: 1, origins: 1, revenue: 1 }

describe('a query that forgets its filter', () => {
  test('shows another tenant what is public and nothing else', async () => {
    expect(await countAll(as(otherBuilder))).toEqual({ ...PUBLIC, ...NOTHING })
    expect(await countAll(as(otherEndUser))).toEqual({ ...PUBLIC, ...NOTHING })
  })

  test('shows the owners their own, and the super admin everything', async () => {
    expect(await countAll(as(endUser))).toEqual({ ...PUBLIC, ...OWN })
    const all = { ...OWN, projects: 2, versions: 3, channels: 1, releases: 1 }
    expect(await countAll(as(builder))).toEqual(all)
    expect(await countAll(as(admin))).toEqual(all)
  })

  test('shows a persona only what that persona owns', async () => {
    const { id: userId } = builder.user
    expect(await countAll(openTenantDatabase(handles.db, { userId, persona: 'end_user' }))).toMatchObject(
      NOTHING,
    )
  })

  test('shows nobody anything', async () => {
    const nobody = openTenantDatabase(handles.db, { userId: '', persona: 'builder' })
    expect(await countAll(nobody)).toEqual({ ...PUBLIC, ...NOTHING })
  })

  test('shows of people the names alone, and only of those one has to do with', async () => {
    const names = async (login: Login) =>
      (await as(login).select({ id: users.id }).from(users)).map(({ id }) => id).sort()
    const [b, e, ob, oe] = [builder, endUser, otherBuilder, otherEndUser].map(({ user }) => user.id)
    expect(await names(builder)).toEqual([b, e].sort())
    expect(await names(endUser)).toEqual([b, e].sort())
    expect(await names(otherBuilder)).toEqual([b, ob].sort())
    expect(await names(otherEndUser)).toEqual([b, oe].sort())
    await expect(as(builder).select().from(users)).rejects.toThrow()
  })
})

describe('a change that forgets its filter', () => {
  test('changes no row of another', async () => {
    for (const login of [otherBuilder, otherEndUser]) {
      const name = 'Taken over'
      const changed = await as(login).update(widgetImplementations).set({ name }).returning()
      expect(changed).toEqual([])
      expect(await as(login).delete(implementationOrigins).returning()).toEqual([])
      const projectChange = as(login).update(projects).set({ name })
      await expect(projectChange).rejects.toThrow()
    }
  })

  test('adds no row in the name of another', async () => {
    const own = { slug: 'x', name: 'x', id: 'pr_x' }
    await expect(
      as(otherBuilder)
        .insert(projects)
        .values({ ...own, builderId: builder.user.id }),
    ).rejects.toThrow()
    await expect(
      as(otherBuilder).insert(auditLog).values({ actorId: builder.user.id, action: 'x', resourceType: 'x' }),
    ).rejects.toThrow()
  })

  test('leaves transactions as they are: all or nothing', async () => {
    const db = as(endUser)
    const rename = db.transaction(async (tx) => {
      await tx.update(widgetImplementations).set({ name: 'Renamed' })
      throw new Error('changed my mind')
    })
    await expect(rename).rejects.toThrow('changed my mind')
    const [row] = await db.select({ name: widgetImplementations.name }).from(widgetImplementations)
    expect(row?.name).toBe(widget.name)
  })
})

test('a connection goes back as it came', async () => {
  await Promise.all(Array.from({ length: 20 }, () => countAll(as(otherEndUser))))
  await as(otherEndUser)
    .execute(sql`select 1 / 0`)
    .catch(() => {})
  const rows = await Promise.all(
    Array.from({ length: 10 }, () =>
      handles.db.execute(
        sql`select current_user as "user", nullif(current_setting('oriel.user_id', true), '') as asker`,
      ),
    ),
  )
  expect(rows.flat()).toEqual(rows.flat().map(() => ({ user: 'oriel', asker: null })))
  expect(await handles.db.select().from(widgetImplementations)).toHaveLength(1)
})

test('the role reaches no table that has no policies', async () => {
  const open = await handles.db.execute(sql`
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm') and not c.relrowsecurity
      and has_any_column_privilege('oriel_app', c.oid, 'select, insert, update, references')`)
  expect(open).toEqual([])
  for (const table of ['sessions', 'refresh_tokens', 'api_keys', 'idempotency_keys', 'audit_chain'])
    await expect(as(admin).execute(sql`select 1 from ${sql.identifier(table)}`)).rejects.toThrow()
})

test('works for an owner of the database who is no superuser', async () => {
  const server = inject('postgresUrl')
  const owner = `owner_${process.pid}`
  const root = postgres(server, { max: 1, onnotice() {} })
  await root.unsafe(`CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'secret'`)
  await root.unsafe(`GRANT oriel_app TO ${owner}`)
  await root.unsafe(`CREATE DATABASE ${owner} OWNER ${owner}`)
  const url = new URL(server)
  Object.assign(url, { username: owner, password: 'secret', pathname: owner })
  const client = postgres(url.href, { max: 2, onnotice() {} })
  try {
    const db = openDatabase(client)
    await migratePostgres(db, process.cwd())
    const person = { passwordHash: '', roles: ['builder' as const] }
    await db
      .insert(users)
      .values(['us_1', 'us_2'].map((id) => ({ ...person, id, name: id, email: `${id}@example.com` })))
    const one = openTenantDatabase(db, { userId: 'us_1', persona: 'builder' })
    await one.insert(projects).values({ id: 'pr_1', builderId: 'us_1', slug: 'one', name: 'One' })
    expect(await one.select({ id: projects.id }).from(projects)).toEqual([{ id: 'pr_1' }])
    const two = openTenantDatabase(db, { userId: 'us_2', persona: 'builder' })
    expect(await two.select().from(projects).where(eq(projects.id, 'pr_1'))).toEqual([])
  } finally {
    await client.end()
    await root.unsafe(`DROP DATABASE ${owner} WITH (FORCE)`)
    await root.unsafe(`DROP ROLE ${owner}`)
    await root.end()
  }
})
