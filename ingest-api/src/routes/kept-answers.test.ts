import { setTimeout } from 'node:timers/promises'
import { eq, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { EndUserDashboard, Implementation, Login, NewApiKey } from '../../../schema/wire/api'
import { noteSeen } from '../accounts/note-seen'
import { createCaches } from '../cache'
import { runDue } from '../privacy/run-jobs'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { visit } from '../testing-visit'

const HOUR = 3_600_000
const MINUTE = 60_000
let handles: TestHandles
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())
afterEach(() => handles.setNow(undefined))

let owner: Login
let widget: Implementation
beforeEach(async () => {
  owner = await client.person('end_user')
  const builder = await client.person('builder')
  widget = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
})

const WIDGETS = '/api/end-users/me/widgets'
const get = async (path: string, token = owner.accessToken, app = client.app, method = 'GET') => {
  const response = await app.request(path, { method, headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const statusOf = async (path: string, token?: string) => (await get(path, token)).status
const nameOf = (text: string) => (JSON.parse(text).data as Implementation).name
const rename = (name: string, db: Pick<TestHandles['db'], 'update'> = handles.db) =>
  db.update(widgetImplementations).set({ name }).where(eq(widgetImplementations.id, widget.id))

async function keyOf(as: Login, more: object = {}): Promise<NewApiKey> {
  const body = { name: 'Reader', scopes: ['view_usage', 'manage_widgets'], ...more }
  return (await client.call<NewApiKey>('POST', '/api/auth/api-keys', { as, body })).data
}

test('a persona that was switched to gets nothing that the other was answered', async () => {
  await handles.db
    .update(users)
    .set({ roles: ['end_user', 'builder'] })
    .where(eq(users.id, owner.user.id))
  expect(await statusOf(WIDGETS)).toBe(200)
  const { data } = await client.call<Login>('POST', '/api/auth/persona', {
    as: owner,
    body: { persona: 'builder' },
  })
  expect(await statusOf(WIDGETS)).toBe(401)
  expect(await statusOf(WIDGETS, data.accessToken)).toBe(403)
  expect(JSON.parse((await get('/api/projects', data.accessToken)).text).data).toEqual([])
})

test('who looks through the eyes of a user sees the same, is logged each time and takes their own share', async () => {
  const limited = createClient({ ...handles, config: { ...handles.config, rateLimits: true } })
  const admin = await client.person('super_admin')
  const body = { reason: 'They asked about their widget.' }
  const { data } = await client.call<Login>('POST', `/api/admin/users/${owner.user.id}/impersonate`, {
    as: admin,
    body,
  })
  const own = await get(WIDGETS, owner.accessToken, limited.app)
  handles.setNow(Date.now())
  for (let times = 1; times < 4; times++) {
    const logged = handles.logged.length
    const seen = await get(WIDGETS, data.accessToken, limited.app)
    expect(seen).toMatchObject({ status: 200, text: own.text })
    expect(seen.headers.get('ratelimit')).toContain(`r=${6_000 - times}`)
    expect(handles.logged.slice(logged).join()).toContain(seen.headers.get('x-request-id'))
  }
  expect(await statusOf(WIDGETS, admin.accessToken)).toBe(403)
  await client.call('DELETE', '/api/auth/impersonation', { as: data })
  expect(await statusOf(WIDGETS, data.accessToken)).toBe(401)
  expect(await statusOf(WIDGETS)).toBe(200)
})

test('a key that is revoked or over, a token that is over and a changed password end answers at once', async () => {
  const [revoked, over] = await Promise.all([
    keyOf(owner),
    keyOf(owner, { expiresAt: Date.now() + 2 * HOUR }),
  ])
  for (const { key } of [revoked, over])
    for (const _ of 'twice') expect(await statusOf(WIDGETS, key)).toBe(200)
  await client.call('DELETE', `/api/auth/api-keys/${revoked.id}`, { as: owner })
  expect(await statusOf(WIDGETS, revoked.key)).toBe(401)
  expect(await statusOf(WIDGETS, over.key)).toBe(200)

  const began = Date.now()
  handles.setNow(began + 14 * MINUTE)
  expect(await statusOf(WIDGETS)).toBe(200)
  handles.setNow(began + 16 * MINUTE)
  expect(await statusOf(WIDGETS)).toBe(401)
  handles.setNow(began + 2 * HOUR + MINUTE)
  expect(await statusOf(WIDGETS, over.key)).toBe(401)
  handles.setNow(undefined)

  const { email } = owner.user
  const body = { email, password: 'a long password' }
  const { data: other } = await client.call<Login>('POST', '/api/auth/login', { body })
  expect(await statusOf(WIDGETS, other.accessToken)).toBe(200)
  const change = { password: 'a long password', newPassword: 'another long password' }
  expect((await client.call('POST', '/api/auth/password', { as: owner, body: change })).status).toBe(200)
  expect(await statusOf(WIDGETS, other.accessToken)).toBe(401)
})

test('whatever was committed or stored before a question is in its answer, however many write and ask', async () => {
  const path = `/api/widgets/${widget.id}`
  const overview = `/api/end-users/me/dashboard?from=${Date.now() - HOUR}&to=${Date.now() + HOUR}&interval=hour`
  const visitor = await visit(handles, client, widget.id)
  let [committed, stored, isOver] = [0, 0, false]
  const until = Date.now() + 3_000
  const write = async () => {
    await rename('0')
    while (Date.now() < until) {
      // A transaction that is long under way, and a part of it that is taken back.
      await handles.db.transaction(async (tx) => {
        await rename(`${committed + 1}`, tx)
        await tx.transaction(async (part) => (await rename('Never', part), part.rollback())).catch(() => {})
        await setTimeout(Math.random() * 10)
      })
      committed++
    }
    isOver = true
  }
  const disturb = async () => {
    while (!isOver) await handles.db.execute(sql`update users set name = name where id = ${owner.user.id}`)
  }
  const send = async () => {
    for (; !isOver; stored++) await visitor.send({ name: 'vote' })
  }
  const read = async () => {
    let answers = 0
    for (; !isOver; answers++) {
      const before = { committed, stored }
      const [{ text }, usage] = await Promise.all([get(path), get(overview)])
      const shown = JSON.parse(usage.text).data
      expect(Number(nameOf(text))).toBeGreaterThanOrEqual(before.committed)
      expect(Number(shown.widgets[0].name)).toBeGreaterThanOrEqual(before.committed)
      expect(shown.usage.totals.interactions).toBeGreaterThanOrEqual(before.stored)
    }
    return answers
  }
  await rename('0')
  const answers = await Promise.all([read(), read(), read(), write(), disturb(), send()])
  expect(answers[0]).toBeGreaterThan(10)
  expect(committed).toBeGreaterThan(10)
  expect(stored).toBeGreaterThan(2)
}, 20_000)

/** A transaction that has written, and ends when it is told to. */
async function open(write: (tx: Pick<TestHandles['db'], 'update' | 'execute'>) => Promise<unknown>) {
  let end = () => {}
  const isToEnd = new Promise<void>((resolve) => (end = resolve))
  let done = Promise.resolve()
  await new Promise<void>((begun) => {
    done = handles.db.transaction(async (tx) => {
      await write(tx)
      begun()
      await isToEnd
    })
  })
  return () => (end(), done)
}

test('a transaction that ends after younger ones and before older ones is in the next answer', async () => {
  const path = `/api/widgets/${widget.id}`
  const touch = sql`update users set name = name where id = ${owner.user.id}`
  const endOldest = await open((tx) => tx.execute(sql`select pg_current_xact_id()`))
  const end = await open((tx) => rename('At last', tx))
  for (let times = 0; times < 3; times++) {
    await handles.db.execute(touch)
    expect(nameOf((await get(path)).text)).not.toBe('At last')
  }
  await end()
  expect(nameOf((await get(path)).text)).toBe('At last')
  await endOldest()
})

test('a visitor who was forgotten is in no answer that was kept', async () => {
  const path = `/api/end-users/me/dashboard?from=${Date.now() - HOUR}&to=${Date.now() + HOUR}&interval=hour`
  const recent = async () => (JSON.parse((await get(path)).text).data as EndUserDashboard).recent
  const visitor = await visit(handles, client, widget.id)
  await visitor.send({ name: 'vote', data: { answer: 'Tea' } })
  for (const _ of 'twice') expect(await recent()).toMatchObject([{ session: visitor.session }])
  const forgetting = `/api/widgets/${widget.id}/sessions/${visitor.session}`
  expect((await client.call('DELETE', forgetting, { as: owner })).status).toBe(202)
  await runDue(handles)
  expect(await recent()).toMatchObject([{ session: null, data: {} }])
})

test('a limit counts, a request has its id and the metrics tell of it, whether the answer is kept or not', async () => {
  const config = { ...handles.config, rateLimits: true }
  const caches = createCaches(true, 30_000)
  const { app } = createClient({ ...handles, config, caches })
  // A share grows again by the clock.
  handles.setNow(Date.now())
  const answers = []
  for (let times = 0; times < 5; times++) answers.push(await get(WIDGETS, owner.accessToken, app))
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  const left = answers.map(({ headers }) => Number(/r=(\d+)/.exec(headers.get('ratelimit')!)![1]))
  expect(left).toEqual([5_999, 5_998, 5_997, 5_996, 5_995])
  expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(5)
  for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store')
  expect(caches.metrics.render([])).toMatch(
    /http_request_duration_seconds_count\{[^}]*route="\/api\/end-users\/:id\/widgets"[^}]*\} 5\n/,
  )
})

test('HEAD leaves GET its text, and a foreign Origin or cookie changes nothing of it', async () => {
  expect((await get(WIDGETS, owner.accessToken, client.app, 'HEAD')).text).toBe('')
  const { text } = await get(WIDGETS)
  expect(JSON.parse(text).data).toHaveLength(1)
  const other = await client.person('end_user')
  const headers = {
    authorization: `Bearer ${other.accessToken}`,
    cookie: `oriel_access=${owner.accessToken}`,
    origin: 'https://evil.example',
    'if-none-match': '*',
  }
  const theirs = await client.app.request(WIDGETS, { headers })
  expect(await theirs.json()).toMatchObject({ data: [] })
  expect(theirs.headers.get('access-control-allow-origin')).toBeNull()
})

test('a period without an end ends now however its address is written, and one with an end where it says', async () => {
  const path = '/api/end-users/me/usage'
  const endOf = async (query: string) => JSON.parse((await get(`${path}?${query}`)).text).data?.to
  for (const query of ['', 'TO=5', 'to[]=5', 'x&xto=5', 'x=?to=5', 'x=%26to=5']) {
    const first = await endOf(query)
    await setTimeout(5)
    expect(await endOf(query)).toBeGreaterThan(first)
  }
  const end = Date.now() - HOUR
  for (const query of [`to=${end}`, `%74o=${end}`, `to=${end}&to=5`, `x=+&t%6f=${end}`])
    for (const _ of 'twice') expect(await endOf(query)).toBe(end)
  expect(await statusOf(`${path}?to=`)).toBe(400)
})

test('a failure is told to everybody who waited for it and to nobody after them', async () => {
  const query: TestHandles['clickhouse']['query'] = async () => {
    await setTimeout(50)
    throw new Error('away')
  }
  const caches = createCaches(true, 30_000)
  const failing = createClient({ ...handles, caches, clickhouse: { ...handles.clickhouse, query } })
  const working = createClient({ ...handles, caches })
  const path = `/api/end-users/me/usage?to=${Date.now()}`
  const failed = await Promise.all(
    Array.from({ length: 10 }, () => get(path, owner.accessToken, failing.app)),
  )
  expect(failed.map(({ status }) => status)).toEqual(Array(10).fill(500))
  expect(new Set(failed.map(({ text }) => JSON.parse(text).error.requestId)).size).toBe(10)
  expect((await get(path, owner.accessToken, working.app)).status).toBe(200)
})

test('nobody waits for the session of another to be noted as seen', async () => {
  const [stuck, free] = await Promise.all([client.person('end_user'), client.person('end_user')])
  const began = Date.now()
  handles.setNow(began + 30_000)
  await Promise.all([stuck, free].map(({ accessToken }) => get(WIDGETS, accessToken)))
  await handles.db.transaction(async (tx) => {
    await tx.select().from(sessions).where(eq(sessions.userId, stuck.user.id)).for('update')
    handles.setNow(began + 70_000)
    expect(await Promise.race([statusOf(WIDGETS, free.accessToken), setTimeout(3_000, 'waits')])).toBe(200)
  })
  const seen = await handles.db
    .select({ at: sessions.lastSeenAt })
    .from(sessions)
    .where(eq(sessions.userId, free.user.id))
  expect(seen[0]!.at.getTime()).toBe(began + 70_000)
})

test('a write of who was seen that never ends keeps no later one from being made', async () => {
  const db: TestHandles['db'] = Object.create(handles.db, {
    transaction: { value: () => new Promise(() => {}) },
  })
  const { caches } = handles
  const at = Date.now() + 10 * MINUTE
  const [session] = await handles.db.select().from(sessions).where(eq(sessions.userId, owner.user.id))
  void noteSeen({ db, caches }, session!.id, session!.lastSeenAt, new Date(at))
  await noteSeen(handles, session!.id, session!.lastSeenAt, new Date(at + 2_000))
  const [seen] = await handles.db.select().from(sessions).where(eq(sessions.id, session!.id))
  expect(seen!.lastSeenAt.getTime()).toBe(at + 2_000)
})
