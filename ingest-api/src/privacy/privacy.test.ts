import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { jobs } from '../../../schema/tables/jobs'
import { users } from '../../../schema/tables/users'
import type { EndUserDashboard, Implementation, IngestReport, Login, Usage } from '../../../schema/wire/api'
import type { Job, Retention } from '../../../schema/wire/job'
import { verifyAudit } from '../accounts/read-audit'
import type { ClickHouse } from '../clickhouse'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { startMailbox, type Mailbox } from '../testing-mail'
import { visit } from '../testing-visit'
import { heldTo } from '../usage/held-to'
import { sealUsage } from '../usage/seal-usage'
import { runDue } from './run-jobs'

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

let handles: TestHandles
let client: ReturnType<typeof createClient>
let mailbox: Mailbox
let builder: Login
let owner: Login
let widget: Implementation
let now: number
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  mailbox = await startMailbox(handles)
})
afterAll(async () => {
  await mailbox.close()
  await handles.close()
})
beforeEach(async () => {
  setNow(Date.now())
  builder = await client.person('builder')
  owner = await client.person('end_user')
  widget = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
})

const setNow = (at: number) => handles.setNow((now = at))
/** Lets time pass, and the spool say that it holds nothing from before. */
async function pass(ms: number) {
  setNow(now + ms)
  await expect.poll(() => heldTo(handles), { timeout: 10_000 }).toBeGreaterThan(now - HOUR)
}
const visitWidget = (headers?: Record<string, string>) => visit(handles, client, widget.id, headers)
const jobOf = async (id: string, as = owner) =>
  (await client.call<Job>('GET', `/api/jobs/${id}`, { as })).data
const rowsOf = (ids: string[]) =>
  handles.clickhouse.query<Record<string, unknown>>(
    `SELECT session_id, toString(visitor) AS visitor, event_data, browser, os, device, country, event_name, event_type,
       version, retention_days, toUnixTimestamp64Milli(created_at) AS at
     FROM events FINAL WHERE id IN {ids: Array(UUID)} ORDER BY created_at, id`,
    { ids },
  )
const usageOf = async () =>
  (await client.call<Usage>('GET', '/api/end-users/me/usage', { as: owner })).data.totals

const NOBODY = {
  session_id: '',
  visitor: '0',
  event_data: '{}',
  browser: '',
  os: '',
  device: '',
  country: '',
}

describe('forgetting a visitor’s session', () => {
  const forget = (session: string, as = owner, id = widget.id) =>
    client.call<Job>('DELETE', `/api/widgets/${id}/sessions/${session}`, { as })

  test('leaves its events, their times and the counts, and nothing of who it was', async () => {
    const visitor = await visitWidget()
    const other = await visitWidget({ 'x-forwarded-for': '203.0.113.9' })
    const ids = await visitor.send(
      { name: 'vote', data: { answer: 'Tea' } },
      { type: 'error', data: { stack: 'at me@example.com' } },
    )
    const kept = await other.send({ name: 'vote', data: { answer: 'Coffee' } })
    const [before, untouched, counts] = [await rowsOf(ids), await rowsOf(kept), await usageOf()]
    const { status, data } = await forget(visitor.session)
    expect([status, data]).toMatchObject([202, { status: 'waiting', kind: 'forget_session', rows: 0 }])
    await runDue(handles)
    expect(await rowsOf(ids)).toEqual(before.map((row) => ({ ...row, ...NOBODY })))
    expect(await rowsOf(kept)).toEqual(untouched)
    const { interactions, errors, loads } = await usageOf()
    expect({ interactions, errors, loads }).toEqual({
      interactions: counts.interactions,
      errors: counts.errors,
      loads: counts.loads,
    })
    expect(await jobOf(data.id)).toMatchObject({
      status: 'waiting',
      steps: { done: 1, total: 2, current: 'Anonymising events that came late' },
      rows: 2,
      nextAt: now + 25 * HOUR,
    })
  })

  test('begins at an event of the overview, which says whose session it was as long as somebody’s', async () => {
    const visitor = await visitWidget()
    await visitor.send({ name: 'vote', data: { answer: 'Tea' } })
    const recent = async () =>
      (await client.call<EndUserDashboard>('GET', '/api/end-users/me/dashboard', { as: owner })).data.recent
    expect(await recent()).toMatchObject([{ session: visitor.session, data: { answer: 'Tea' } }])
    await forget(visitor.session)
    await runDue(handles)
    expect(await recent()).toMatchObject([{ name: 'vote', session: null, data: {} }])
  })

  test('also reaches what came after it, and a repetition of what was there before', async () => {
    const visitor = await visitWidget()
    const [first] = await visitor.send({ name: 'vote', data: { answer: 'Tea' } })
    const { data } = await forget(visitor.session)
    await runDue(handles)
    const late = await visitor.send({ name: 'late', data: { answer: 'Milk' } })
    // Another server may have had the same event in its spool all the time.
    const [row] = await handles.clickhouse.query<object>(
      'SELECT * EXCEPT id, toString(events.id) AS id FROM events FINAL WHERE events.id = {id: UUID}',
      { id: first },
    )
    const copy = JSON.stringify({ ...row, session_id: visitor.session, event_data: '{"answer":"Tea"}' })
    await handles.clickhouse.insert('events', `copy-${first}`, copy)
    expect(await rowsOf([first!, ...late])).toMatchObject([
      { session_id: visitor.session },
      { session_id: visitor.session },
    ])
    await pass(25 * HOUR)
    await expect(visitor.send({ name: 'too late' })).rejects.toThrow('401')
    await runDue(handles)
    expect(await rowsOf([first!, ...late])).toMatchObject([NOBODY, NOBODY])
    const session = await jobOf(data.id, await again(owner))
    expect(session).toMatchObject({ status: 'done', steps: { done: 2, current: null }, finishedAt: now })
    expect(await whereIn(visitor.session)).toEqual([])
    // ClickHouse keeps the words of the changes that it has made.
    const said = 'SELECT command FROM system.mutations WHERE position(command, {session: String}) > 0'
    expect(await handles.clickhouse.query(said, { session: visitor.session })).toEqual([])
  })

  test('reaches what the store would not take, and the examples of what was refused', async () => {
    const visitor = await visitWidget()
    await visitor.send({ name: 'fine' }, { type: 'wrong', data: { email: 'me@example.com' } })
    const letter = {
      token: 'test',
      builder_id: builder.user.id,
      implementation_id: widget.id,
      line: JSON.stringify({ session_id: visitor.session, event_data: 'me@example.com' }),
      reason: 'Cannot parse me@example.com',
    }
    const stranger = { ...letter, line: JSON.stringify({ session_id: 'se_another' }) }
    await handles.clickhouse.insert(
      'dead_letters',
      `dead-${visitor.session}`,
      [letter, stranger].map((one) => JSON.stringify(one)).join('\n'),
    )
    await forget(visitor.session)
    await runDue(handles)
    const own = { id: widget.id }
    expect(
      await handles.clickhouse.query(
        'SELECT line, reason FROM dead_letters WHERE implementation_id = {id: String} ORDER BY line',
        own,
      ),
    ).toEqual([
      { line: stranger.line, reason: stranger.reason },
      { line: '{}', reason: '' },
    ])
    expect(
      await handles.clickhouse.query(
        `SELECT outcome, toUInt32(sum(events)) AS events, anyLast(example) AS example FROM ingest_outcomes
         WHERE implementation_id = {id: String} GROUP BY outcome ORDER BY outcome`,
        own,
      ),
    ).toEqual([
      { outcome: 'accepted', events: 1, example: '' },
      { outcome: 'invalid_type', events: 1, example: '' },
    ])
  })

  test('waits for what a spool still holds from before, and says so', async () => {
    const visitor = await visitWidget()
    const { data } = await forget(visitor.session)
    await runDue(handles)
    const holding = { spool: 'elsewhere', drained_to: now + HOUR, holds: true, at: now + 25 * HOUR }
    await handles.clickhouse.insert('spool_watermarks', `held-${now}`, JSON.stringify(holding))
    setNow(now + 25 * HOUR)
    await runDue(handles)
    const fresh = await again(owner)
    expect(await jobOf(data.id, fresh)).toMatchObject({
      status: 'waiting',
      steps: { done: 1 },
      error: 'Events from before are still on their way.',
    })
    const gone = { ...holding, holds: false, at: now + 1 }
    await handles.clickhouse.insert('spool_watermarks', `gone-${now}`, JSON.stringify(gone))
    await pass(10 * 60_000)
    await runDue(handles)
    expect(await jobOf(data.id, fresh)).toMatchObject({ status: 'done', error: null })
  })

  test('has an end to how many may wait', async () => {
    let last = 202
    for (let asked = 0; asked <= 100; asked++)
      last = (await forget(`se_${String(asked).padStart(16, '0')}`)).status
    expect(last).toBe(429)
    await handles.db.delete(jobs).where(eq(jobs.ownerId, owner.user.id))
  })

  test('does not begin a rewriting again that it had begun before it was cut short', async () => {
    const visitor = await visitWidget()
    const ids = await visitor.send({ name: 'vote' })
    const { data } = await forget(visitor.session)
    const clickhouse: ClickHouse = {
      ...handles.clickhouse,
      async command(sql, params) {
        await handles.clickhouse.command(sql, params)
        throw new Error('cut short')
      },
    }
    await runDue({ ...handles, clickhouse })
    setNow(now + 10_000)
    await runDue(handles)
    expect(await jobOf(data.id)).toMatchObject({ steps: { done: 1 }, error: null })
    expect(await rowsOf(ids)).toMatchObject([NOBODY])
    expect(
      await handles.clickhouse.query(
        'SELECT mutation_id FROM system.mutations WHERE position(command, {mark: String}) > 0 LIMIT 1 BY mutation_id',
        { mark: `${data.id} 0 events` },
      ),
    ).toHaveLength(1)
  })

  test('is for those who may see the session, and reaches no other site', async () => {
    const visitor = await visitWidget()
    const ids = await visitor.send({ name: 'vote' })
    const stranger = await client.person('end_user')
    const theirs = (await client.implement(stranger, widget.projectId)).data
    expect((await forget(visitor.session, stranger)).status).toBe(404)
    expect((await forget(visitor.session, stranger, theirs.id)).status).toBe(202)
    expect((await forget('se_%27 OR 1=1')).status).toBe(404)
    // An address that spells the route's own pattern is met twice by the router.
    expect((await forget(':session')).status).toBe(404)
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ session_id: visitor.session }])
    expect((await forget(visitor.session, builder)).status).toBe(202)
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([NOBODY])
  })

  test('asked twice is one job, which nobody else sees', async () => {
    const { session } = await visitWidget()
    const [first, second] = [await forget(session), await forget(session)]
    expect(second.data.id).toBe(first.data.id)
    expect((await client.call('GET', `/api/jobs/${first.data.id}`, { as: builder })).status).toBe(404)
  })
})

describe('retention', () => {
  const retain = (days: number, as = owner) =>
    client.call<Retention>('PATCH', `/api/widgets/${widget.id}/retention`, { as, body: { days } })
  const countStored = async () =>
    (
      await handles.clickhouse.query<{ total: number }>(
        'SELECT toUInt32(count()) AS total FROM events WHERE implementation_id = {id: String}',
        { id: widget.id },
      )
    )[0]!.total

  test('stands in the token and the row only when it is another than thirteen months', async () => {
    const usual = await visitWidget()
    expect(usual.retentionDays).toBeUndefined()
    expect(await rowsOf(await usual.send({}))).toMatchObject([{ retention_days: 395 }])
    await retain(30)
    setNow(now + 5_000)
    const short = await visitWidget()
    expect(short.retentionDays).toBe(30)
    expect(await rowsOf(await short.send({}))).toMatchObject([{ retention_days: 30 }])
  })

  test('made shorter also concerns what is stored, and what comes with older tokens', async () => {
    const visitor = await visitWidget()
    const ids = await visitor.send({ name: 'one' }, { name: 'two' })
    const { data } = await retain(90)
    expect(data).toMatchObject({ retentionDays: 90, job: { kind: 'set_retention', status: 'waiting' } })
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ retention_days: 90 }, { retention_days: 90 }])
    const late = await visitor.send({ name: 'late' })
    expect(await rowsOf(late)).toMatchObject([{ retention_days: 395 }])
    await pass(25 * HOUR)
    await runDue(handles)
    expect(await rowsOf(late)).toMatchObject([{ retention_days: 90 }])
    expect(await jobOf(data.job!.id, await again(owner))).toMatchObject({ status: 'done', rows: 3 })
  })

  test('made longer concerns only what comes from now on', async () => {
    await retain(30)
    setNow(now + 5_000)
    const ids = await (await visitWidget()).send({})
    expect((await retain(365)).data).toEqual({ retentionDays: 365, job: null })
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ retention_days: 30 }])
  })

  test('removes what is over and nothing else', async () => {
    const ids = await (await visitWidget()).send({ name: 'now' })
    const [row] = await handles.clickhouse.query<object>(
      'SELECT * EXCEPT (id, created_at), toString(events.id) AS id FROM events WHERE events.id = {id: UUID}',
      { id: ids[0] },
    )
    const old = [29, 31, 100].map((days) =>
      JSON.stringify({ ...row, id: crypto.randomUUID(), created_at: Date.now() - days * DAY }),
    )
    await handles.clickhouse.insert('events', `old-${ids[0]}`, old.join('\n'))
    await handles.clickhouse.command('OPTIMIZE TABLE events FINAL')
    expect(await countStored()).toBe(4)
    await retain(30)
    await runDue(handles)
    await handles.clickhouse.command('OPTIMIZE TABLE events FINAL')
    expect(await countStored()).toBe(2)
  })

  test('leaves what was counted, down to what became of each event', async () => {
    const longAgo = Date.now() - 100 * DAY
    setNow(longAgo)
    const visitor = await visitWidget()
    await visitor.send({ name: 'one' }, { name: 'two' }, { name: 'three' })
    setNow(Date.now())
    while (await sealUsage(handles));
    const question = new URLSearchParams({
      from: new Date(longAgo - DAY).toISOString(),
      to: new Date(longAgo + DAY).toISOString(),
    })
    const report = async () =>
      (await client.call<IngestReport>('GET', `/api/builders/me/ingest?${question}`, { as: builder })).data
    const before = await report()
    expect(before.totals).toMatchObject({ received: 3, stored: 3, duplicates: 0 })
    await retain(90)
    await runDue(handles)
    await handles.clickhouse.command('OPTIMIZE TABLE events FINAL')
    expect(await countStored()).toBe(0)
    expect(await report()).toEqual(before)
  })

  test('takes the choices that there are, from the owner', async () => {
    expect((await retain(31)).status).toBe(400)
    expect((await retain(90, builder)).status).toBe(403)
    expect((await retain(90, await client.person('end_user'))).status).toBe(404)
  })
})

describe('erasing an account', () => {
  const close = (as: Login) =>
    client.call('DELETE', '/api/auth/me', { as, body: { password: 'a long password' } })

  test('empties everything of a site owner after two weeks, and keeps what is counted', async () => {
    const visitor = await visitWidget()
    const ids = await visitor.send({ name: 'vote', data: { answer: 'Tea' } })
    const email = owner.user.email
    const name = 'What only I would call it'
    await client.call('POST', '/api/analytics/alert-rules', {
      as: owner,
      body: { name, metric: 'loads', condition: 'above', threshold: 3, windowMinutes: 60 },
    })
    await client.call('POST', '/api/analytics/dashboards', { as: owner, body: { name, charts: [] } })
    const report = { name, metrics: ['loads'], period: 'day', schedule: 'daily' }
    await client.call('POST', '/api/analytics/reports', { as: owner, body: report })
    await close(owner)
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ session_id: visitor.session }])
    expect((await mailbox.last(email)).subject).toBe('Your account was deleted')
    setNow(now + 14 * DAY)
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ ...NOBODY, event_name: 'vote' }])
    const [user] = await handles.db.select().from(users).where(eq(users.id, owner.user.id))
    expect(user).toMatchObject({ email: '', name: 'Former user', passwordHash: null })
    const [site] = await handles.db
      .select()
      .from(widgetImplementations)
      .where(eq(widgetImplementations.id, widget.id))
    expect(site).toMatchObject({ name: 'Former widget', implementationUrl: '', configuration: {} })
    expect((await mailbox.last(email)).subject).toBe('Your data was erased')
    expect(await whereIn(email)).toEqual([])
    // The log keeps what was done, under an id that means nobody.
    expect(await whereIn(name)).toEqual(['audit_log'])
    expect((await verifyAudit(handles)).broken).toBeNull()
    expect(mailbox.received.filter(({ to }) => to.includes(email))).toHaveLength(2)
  })

  test('of a builder leaves the projects that other people’s sites run', async () => {
    const unused = await client.releasedProject(builder)
    await close(builder)
    setNow(now + 14 * DAY)
    await runDue(handles)
    const fresh = await again(owner)
    const { data } = await client.call<Implementation>('GET', `/api/widgets/${widget.id}`, { as: fresh })
    expect(data).toMatchObject({ status: 'active', projectName: widget.projectName })
    await (await visitWidget()).send({ name: 'still works' })
    // The log keeps what was done, under an id that means nobody.
    expect(await whereIn(unused.name)).toEqual(['audit_log'])
    expect(await whereIn(builder.user.email)).toEqual([])
  })

  test('is stopped by who was asked for it, while there is time', async () => {
    const admin = await client.person('super_admin')
    const path = `/api/admin/users/${owner.user.id}`
    await client.call('DELETE', path, { as: admin })
    await client.call('POST', `${path}/restore`, { as: admin })
    setNow(now + 14 * DAY)
    await runDue(handles)
    expect((await again(owner)).user.email).toBe(owner.user.email)
    await client.call('DELETE', path, { as: await again(admin) })
    setNow(now + 14 * DAY)
    await runDue(handles)
    const late = await client.call('POST', `${path}/restore`, { as: await again(admin) })
    expect([late.status, late.error.message]).toEqual([409, 'This user was erased.'])
    expect((await client.call('GET', `/api/modules/${widget.id}/runtime`)).status).toBe(404)
  })
})

/** The same person, signed in again after a long time. */
async function again({ user }: Login): Promise<Login> {
  const body = { email: user.email, password: 'a long password', delivery: 'body' }
  return (await client.call<Login>('POST', '/api/auth/login', { body })).data
}

/** The Postgres tables that have a text anywhere in a row. */
async function whereIn(text: string): Promise<string[]> {
  const tables = await handles.db.$client<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
  const found: string[] = []
  for (const { name } of tables) {
    const { count } = await handles.db.$client`
      select 1 from ${handles.db.$client(name)} t where position(${text} in t::text) > 0`
    if (count > 0) found.push(name)
  }
  return found
}
