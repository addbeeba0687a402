import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { EndUserDashboard, Implementation, Login, NewApiKey } from '../../../schema/wire/api'
import { createCaches } from '../cache'
import { openDatabase, type Queryable } from '../database'
import { DatabaseState } from '../database-state'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { visit } from '../testing-visit'

const HOUR = 3_600_000
let handles: TestHandles
let client: ReturnType<typeof createClient>
/** How often a tenant's rows were asked for, and how often anything else of Postgres. */
let asked = { ofTenants: 0, else: 0 }
beforeAll(async () => {
  handles = await createTestHandles()
  const { $client } = handles.db
  const counting = new Proxy($client, {
    get(target, name) {
      if (name === 'reserve') asked.ofTenants++
      if (name === 'unsafe') asked.else++
      return Reflect.get(target, name)
    },
  })
  client = createClient({ ...handles, db: openDatabase(counting) })
})
afterAll(() => handles.close())

let builder: Login
let owner: Login
let widget: Implementation
beforeEach(async () => {
  builder = await client.person('builder')
  owner = await client.person('end_user')
  widget = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
  asked = { ofTenants: 0, else: 0 }
})

const hour = Date.now() - (Date.now() % HOUR)
const range = `from=${hour - 23 * HOUR}&to=${hour + HOUR}&interval=hour`
const get = async (path: string, as: Login, headers: Record<string, string> = {}) => {
  const bearer = { authorization: `Bearer ${as.accessToken}` }
  const response = await client.app.request(path, { headers: { ...bearer, ...headers } })
  return { status: response.status, text: await response.text(), etag: response.headers.get('etag') }
}
const paths = (): [string, Login][] => [
  [`/api/end-users/me/dashboard?${range}`, owner],
  ['/api/end-users/me/widgets', owner],
  [`/api/widgets/${widget.id}`, owner],
  [`/api/builders/me/dashboard?${range}`, builder],
  [`/api/builders/me/implementations?${range}`, builder],
  ['/api/projects', builder],
]

test('the same question gets the same text without a look at the rows, while nothing is committed', async () => {
  for (const [path, as] of paths()) {
    const first = await get(path, as)
    expect(first.status).toBe(200)
    asked = { ofTenants: 0, else: 0 }
    for (let times = 0; times < 5; times++) expect(await get(path, as)).toEqual(first)
    // Only whether anything was committed.
    expect(asked).toEqual({ ofTenants: 0, else: 5 })
  }
})

test('whatever anybody commits, by whatever way, is in the very next answer', async () => {
  for (let times = 0; times < 10; times++) {
    const name = `Name ${times}`
    await handles.db
      .update(widgetImplementations)
      .set({ name })
      .where(eq(widgetImplementations.id, widget.id))
    for (const [path, as] of paths().filter(([path]) => path !== '/api/projects'))
      expect((await get(path, as)).text).toContain(`"name":"${name}"`)
  }
})

test('a change that is rolled back, or not committed yet, is in none', async () => {
  const path = `/api/widgets/${widget.id}`
  const before = await get(path, owner)
  const failed = handles.db.transaction(async (tx) => {
    await tx.execute(sql`update widget_implementations set name = 'Never' where id = ${widget.id}`)
    expect(await get(path, owner)).toEqual(before)
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await get(path, owner)).toEqual(before)
})

test('an event is in the next overview of its owner and its builder once it is stored', async () => {
  const overviews = paths().filter(([path]) => path.includes('dashboard'))
  const visitor = await visit(handles, client, widget.id)
  for (let events = 1; events < 4; events++) {
    await visitor.send({ name: `vote ${events}` })
    for (const [path, as] of overviews)
      expect(JSON.parse((await get(path, as)).text).data.usage.totals.interactions).toBe(events)
    const { recent } = JSON.parse((await get(overviews[0]![0], owner)).text).data as EndUserDashboard
    expect(recent).toHaveLength(events)
  }
})

test('an event has nobody read rows again, because there is nothing of it in them', async () => {
  const overviews = paths().filter(([path]) => path.includes('dashboard'))
  const visitor = await visit(handles, client, widget.id)
  // What of the last days has no other minute when it is asked for again.
  handles.setNow(Date.now())
  for (const [path, as] of overviews) await get(path, as)
  await visitor.send({ name: 'vote' })
  asked = { ofTenants: 0, else: 0 }
  for (const [path, as] of overviews)
    expect(JSON.parse((await get(path, as)).text).data.usage.totals.interactions).toBe(1)
  expect(asked).toEqual({ ofTenants: 0, else: overviews.length })
  handles.setNow(undefined)
})

test('a busy server answers what was right a moment ago, for three seconds, but not who wants the newest', async () => {
  const caches = { ...createCaches(true, 30_000), changes: handles.caches.changes, patienceMs: 0 }
  const { clickhouse } = handles
  let isFree = Promise.resolve()
  const query: typeof clickhouse.query = (sql, params) => isFree.then(() => clickhouse.query(sql, params))
  const { app } = createClient({ ...handles, caches, clickhouse: { ...clickhouse, query } })
  const visitor = await visit(handles, client, widget.id)
  const began = Date.now()
  const votes = async (after = 0, headers = {}) => {
    handles.setNow(began + after)
    const bearer = { authorization: `Bearer ${owner.accessToken}` }
    const response = await app.request(`/api/end-users/me/dashboard?${range}`, {
      headers: { ...bearer, ...headers },
    })
    return ((await response.json()) as { data: EndUserDashboard }).data.usage.totals.interactions
  }
  expect(await votes()).toBe(0)
  handles.setNow(undefined)
  await visitor.send({ name: 'vote' })
  let release = () => {}
  isFree = new Promise((resolve) => (release = resolve))
  expect(await votes(2_000)).toBe(0)
  expect(await votes(3_000)).toBe(0)
  const waiting = [votes(3_000, { 'cache-control': 'no-cache' }), votes(3_001)]
  release()
  expect(await Promise.all(waiting)).toEqual([1, 1])
  handles.setNow(undefined)
})

test('nobody gets the answer of another, at the same address and at the same time', async () => {
  const others = await Promise.all([client.person('end_user'), client.person('end_user')])
  const path = '/api/end-users/me/widgets'
  for (let times = 0; times < 3; times++) {
    const [own, ...theirs] = await Promise.all([owner, ...others].map((as) => get(path, as)))
    expect(JSON.parse(own!.text).data).toMatchObject([{ id: widget.id }])
    for (const { text } of theirs) expect(JSON.parse(text).data).toEqual([])
  }
  expect((await get(`/api/widgets/${widget.id}`, owner)).status).toBe(200)
  for (const other of others) expect((await get(`/api/widgets/${widget.id}`, other)).status).toBe(404)
})

test('who was signed out, suspended or deprived is refused at once, however often they were answered', async () => {
  const { db } = handles
  const path = '/api/end-users/me/widgets'
  const refusals: [number, (as: Login) => Promise<unknown>][] = [
    [401, (as) => client.call('POST', '/api/auth/logout', { as })],
    [401, ({ user }) => db.delete(sessions).where(eq(sessions.userId, user.id))],
    [401, ({ user }) => db.update(users).set({ isActive: false }).where(eq(users.id, user.id))],
    [
      401,
      ({ user }) =>
        db
          .update(users)
          .set({ roles: ['builder'], persona: 'builder' })
          .where(eq(users.id, user.id)),
    ],
  ]
  for (const [status, refuse] of refusals) {
    const as = await client.person('end_user')
    for (let times = 0; times < 3; times++) expect((await get(path, as)).status).toBe(200)
    await refuse(as)
    expect((await get(path, as)).status).toBe(status)
  }
})

test('a session that has run out is refused although nothing was committed since', async () => {
  const as = await client.person('end_user')
  await handles.db
    .update(sessions)
    .set({ expiresAt: new Date(Date.now() + 5_000) })
    .where(eq(sessions.userId, as.user.id))
  expect((await get('/api/end-users/me/widgets', as)).status).toBe(200)
  handles.setNow(Date.now() + 6_000)
  expect((await get('/api/end-users/me/widgets', as)).status).toBe(401)
  handles.setNow(undefined)
})

test('a key whose scopes do not reach is refused what its user was just answered', async () => {
  const body = { name: 'Reader', scopes: ['view_usage'] }
  const { data } = await client.call<NewApiKey>('POST', '/api/auth/api-keys', { as: owner, body })
  const path = `/api/widgets/${widget.id}`
  expect((await get(path, owner)).status).toBe(200)
  expect((await get(path, { ...owner, accessToken: data.key })).status).toBe(403)
})

test('an answer that is sent again has the ETag of its widget', async () => {
  const path = `/api/widgets/${widget.id}`
  const { etag } = await get(path, owner)
  expect(etag).toMatch(/^"\d+"$/)
  expect((await get(path, owner)).etag).toBe(etag)
  const change = { as: owner, body: { configuration: { question: 'Milk?' } } }
  await client.call('PATCH', `/api/widgets/${widget.id}/configuration`, change)
  expect((await get(path, owner)).etag).not.toBe(etag)
})

test('a report that ends now is made anew each time', async () => {
  const ends = async () => JSON.parse((await get('/api/end-users/me/usage', owner)).text).data.to as number
  const first = await ends()
  await expect.poll(ends).toBeGreaterThan(first)
})

test('of people with open pages one write a minute says that they were seen', async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => client.person('end_user')))
  const seen = () => handles.db.select({ at: sessions.lastSeenAt }).from(sessions)
  const began = Date.now()
  for (let seconds = 0; seconds <= 70; seconds += 10) {
    handles.setNow(began + seconds * 1000)
    await Promise.all(people.map((as) => get('/api/end-users/me/widgets', as)))
  }
  const late = (await seen()).filter(({ at }) => at.getTime() >= began + 50_000)
  expect(late).toHaveLength(people.length)
  expect(new Set(late.map(({ at }) => at.getTime())).size).toBeLessThanOrEqual(2)
  handles.setNow(undefined)
})

test('everybody who asks for the state at once shares a question that began after all of them', async () => {
  const state = new DatabaseState(true)
  const before = await state.read(handles.db)
  const early = state.read(handles.db)
  await handles.db.execute(sql`update users set name = name where id = ${owner.user.id}`)
  const late = await Promise.all(Array.from({ length: 50 }, () => state.read(handles.db)))
  await early
  expect(new Set(late).size).toBe(1)
  expect(late[0]).not.toBe(before)
  expect(await new DatabaseState(false).read(handles.db)).toBeUndefined()
})

test('what is committed quietly changes no state, and hides nothing that is not, in whatever order they end', async () => {
  const { db } = handles
  const state = new DatabaseState(true)
  const change = (tx: Queryable) => tx.execute(sql`update users set name = name where id = ${owner.user.id}`)
  const read = () => state.read(db)
  const quietly = (by = state) =>
    db.transaction(async (tx) => {
      await by.keepQuiet(tx)
      await change(tx)
    })
  const first = await read()
  await quietly()
  await quietly()
  expect(await read()).toBe(first)
  // One that began before is seen when it ends, and not earlier.
  let end = () => {}
  let slow: Promise<unknown> | undefined
  await new Promise<void>((begun) => {
    slow = db.transaction(async (tx) => {
      await tx.execute(sql`update users set name = name where id = ${builder.user.id}`)
      begun()
      await new Promise<void>((resolve) => (end = resolve))
    })
  })
  await quietly()
  expect(await read()).toBe(first)
  end()
  await slow
  await quietly()
  const second = await read()
  expect(second).not.toBe(first)
  // A quiet one that fails is as quiet, and what another process commits is not.
  const failing = db.transaction(async (tx) => {
    await state.keepQuiet(tx)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await read()).toBe(second)
  await quietly(new DatabaseState(true))
  expect(await read()).not.toBe(second)
})

test('a state that cannot be read is no state, and the next is asked for again', async () => {
  const state = new DatabaseState(true)
  const broken = openDatabase(
    new Proxy(handles.db.$client, {
      get: (target, name) =>
        name === 'unsafe' ? () => Promise.reject(new Error('away')) : Reflect.get(target, name),
    }),
  )
  await expect(state.read(broken)).rejects.toThrow()
  expect(await state.read(handles.db)).toMatch(/^\d+:\d+:/)
})
