import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { analyses } from '../../../schema/tables/analyses'
import { outgoingMail } from '../../../schema/tables/mail'
import { reports, reportSends } from '../../../schema/tables/reports'
import { users } from '../../../schema/tables/users'
import type { Implementation, Login, NewApiKey } from '../../../schema/wire/api'
import { MOST_REPORTS, type Report, type ReportRun } from '../../../schema/wire/report'
import { newId } from '../new-id'
import { openTenantDatabase } from '../tenant-database'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { storeEvents } from '../testing-events'
import { startMailbox, type Mailbox } from '../testing-mail'
import { runReports, sendReports } from './send-reports'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A Wednesday. */
const NOW = Date.UTC(2026, 5, 10, 12)
const PATH = '/api/analytics/reports'
const REPORT = { name: 'My numbers', metrics: ['loads', 'errorRate'], period: 'day' }

let handles: TestHandles
let client: ReturnType<typeof createClient>
let mailbox: Mailbox
let owner: Login
let widget: Implementation
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
  await handles.db.delete(reports)
  await handles.db.delete(outgoingMail)
  mailbox.received.length = 0
  handles.setNow(NOW)
  owner = await client.person('end_user')
  const project = await client.releasedProject(await client.person('builder'))
  widget = (await client.implement(owner, project.id)).data
})

const create = (more: object = {}, as = owner) =>
  client.call<Report>('POST', PATH, { as, body: { ...REPORT, ...more } })
/** As of when it was put together, because a session does not last for days. */
async function asOwner<Data>(method: string, path: string, body?: object, headers = {}) {
  handles.setNow(NOW)
  return client.call<Data>(method, path, { as: owner, body, headers })
}
const read = async ({ id }: Report) => (await asOwner<Report>('GET', `${PATH}/${id}`)).data
const patch = ({ id }: Report, body: object, headers = {}) =>
  asOwner<Report>('PATCH', `${PATH}/${id}`, body, headers)
const run = ({ id }: Report, query = '', as = owner) =>
  client.call<ReportRun>('GET', `${PATH}/${id}/run${query}`, { as })
const sendAt = (at: number, by: typeof handles = handles) => {
  handles.setNow(at)
  return sendReports(by)
}

describe('a report', () => {
  test('is put together, listed, changed and deleted by whose it is', async () => {
    const { status, data, headers } = await create({ schedule: 'daily', timezone: 'europe/amsterdam' })
    expect([status, headers.get('etag')]).toEqual([201, '"1"'])
    expect(data).toMatchObject({
      ...REPORT,
      id: expect.stringMatching(/^rp_/),
      timezone: 'Europe/Amsterdam',
      hour: 8,
      nextAt: Date.UTC(2026, 5, 11, 6),
      lastSentAt: null,
      offReason: null,
    })
    const page = await client.call<Report[]>('GET', `${PATH}?search=NUMB`, { as: owner })
    expect([page.data, page.pagination.total]).toEqual([[data], 1])
    const changed = await patch(data, { hour: 18, name: 'Evening' }, { 'if-match': '"1"' })
    expect(changed.data).toMatchObject({ name: 'Evening', nextAt: Date.UTC(2026, 5, 10, 16), revision: 2 })
    expect((await patch(data, { hour: 19 }, { 'if-match': '"1"' })).status).toBe(412)
    expect((await patch(data, { schedule: 'none' })).data.nextAt).toBeNull()
    expect((await client.call('DELETE', `${PATH}/${data.id}`, { as: owner })).status).toBe(200)
    expect((await run(data)).status).toBe(404)
  })

  test.each([
    [{ metrics: [] }, 'metrics'],
    [{ metrics: ['loads', 'loads'] }, 'metrics'],
    [{ metrics: ['loads', 'mood'] }, 'metrics.1'],
    [{ period: 'year' }, 'period'],
    [{ period: 'week', schedule: 'daily' }, 'schedule'],
    [{ hour: 24 }, 'hour'],
    [{ timezone: 'Mars/Olympus' }, 'timezone'],
    [{ name: 'two\nlines' }, 'name'],
    [{ to: 'somebody@example.com' }, 'to'],
  ])('of %j is refused for %s', async (more, path) => {
    const { status, error } = await create(more)
    expect([status, error.details?.fields?.map((field) => field.path)]).toEqual([400, [path]])
  })

  test('is nobody else’s, and about nothing that is somebody else’s', async () => {
    const { data } = await create()
    for (const as of [await client.person('end_user'), await client.person('super_admin')]) {
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/run'],
        ['PATCH', ''],
        ['DELETE', ''],
      ])
        expect(
          (
            await client.call(method!, `${PATH}/${data.id}${path}`, {
              as,
              body: method === 'PATCH' ? {} : undefined,
            })
          ).status,
        ).toBe(404)
      const db = openTenantDatabase(handles.db, { userId: as.user.id, persona: as.user.persona })
      expect(await db.select().from(reports)).toEqual([])
      expect(await db.delete(reports).returning()).toEqual([])
      await expect(db.select().from(reportSends)).rejects.toThrow()
    }
    const stranger = await client.person('end_user')
    expect((await create({ implementationId: widget.id }, stranger)).status).toBe(404)
  })

  test('of money is for who may see money, and letters go to confirmed addresses', async () => {
    const { data } = await create({ metrics: ['revenue'] })
    const made = await client.call<NewApiKey>('POST', '/api/auth/api-keys', {
      as: owner,
      body: { name: 'Usage only', scopes: ['view_usage'] },
    })
    const key = { ...owner, accessToken: made.data.key }
    expect((await run(data, '', key)).status).toBe(403)
    expect((await create({ metrics: ['revenue'] }, key)).status).toBe(400)
    await handles.db.update(users).set({ emailVerifiedAt: null }).where(eq(users.id, owner.user.id))
    const { error } = await create({ schedule: 'daily' })
    expect(error.details?.fields?.[0]?.path).toBe('schedule')
  })

  test('is one of at most fifty, however many are asked for at once', async () => {
    const row = {
      ownerId: owner.user.id,
      persona: 'end_user',
      name: 'x',
      metrics: [],
      period: 'day',
    } as const
    const more = { timezone: 'UTC', schedule: 'none', hour: 8 } as const
    const filled = Array.from({ length: MOST_REPORTS - 1 }, () => ({
      ...row,
      ...more,
      metrics: [],
      id: newId('report'),
    }))
    await handles.db.insert(reports).values(filled)
    const answers = await Promise.all(Array.from({ length: 4 }, () => create()))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 429, 429, 429])
  })
})

describe('a run', () => {
  const midnight = Date.UTC(2026, 5, 10)
  beforeEach(() =>
    storeEvents(handles, widget, [
      { at: midnight - 2 * HOUR, times: 20 },
      { at: midnight - 1, times: 5, type: 'error' },
      { at: midnight - DAY - 1, times: 10 },
      { at: midnight, times: 7 },
    ]),
  )

  test('is of the last whole period, held against the one before', async () => {
    const { data } = await create()
    const made = (await run(data)).data
    expect(made).toMatchObject({
      name: REPORT.name,
      from: midnight - DAY,
      to: midnight,
      interval: 'hour',
      isComplete: true,
    })
    expect(made.rows).toMatchObject([
      { metric: 'loads', name: 'Loads', unit: 'count', value: 20, previous: 10, change: 1 },
      { metric: 'errorRate', value: 0.25, previous: 0, change: null },
    ])
    expect(made.rows[0]!.series!.find(({ value }) => value)).toEqual({ at: midnight - 2 * HOUR, value: 20 })
    expect((await run(data, `?at=${midnight - 1}`)).data.rows[0]).toMatchObject({ value: 10, previous: 0 })
    expect((await run(data, `?at=${NOW + 90 * DAY}`)).data.to).toBe(midnight)
    for (const query of ['?at=yesterday', '?at=0', '?format=pdf'])
      expect((await run(data, query)).status).toBe(400)
  })

  test('cuts its days where its owner lives, also when they are 23 or 25 hours long', async () => {
    const { data } = await create({ timezone: 'Asia/Tokyo' })
    // Nine hours earlier, what is before midnight in Greenwich is the next day.
    expect((await run(data)).data.rows[0]).toMatchObject({ value: 10, previous: 0 })
    const amsterdam = (await create({ timezone: 'Europe/Amsterdam' })).data
    for (const [at, hours] of [
      ['2026-03-30T12:00Z', 23],
      ['2025-10-27T12:00Z', 25],
    ] as const) {
      const { from, to } = (await run(amsterdam, `?at=${at}`)).data
      expect(to - from).toBe(hours * HOUR)
    }
  })

  test('is a table for a spreadsheet, in which no name becomes a formula', async () => {
    const { data } = await create({ name: '=HYPERLINK("https://evil.example","x")' })
    const fetchCsv = (query: string, accept = '*/*') =>
      client.app.request(`${PATH}/${data.id}/run${query}`, {
        headers: { authorization: `Bearer ${owner.accessToken}`, accept },
      })
    const response = await fetchCsv('', 'text/csv')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': expect.stringContaining('text/csv'),
      'content-disposition': 'attachment; filename="report-2026-06-09.csv"',
      vary: expect.stringContaining('Accept'),
    })
    const lines = (await response.text()).split('\r\n')
    expect(lines[0]).toBe('report,from,to,timezone,metric,name,value,previous,change,currency')
    expect(lines[1]).toBe(
      `"'=HYPERLINK(""https://evil.example"",""x"")",2026-06-09T00:00:00.000Z,2026-06-10T00:00:00.000Z,UTC,loads,Loads,20,10,1,`,
    )
    expect(await (await fetchCsv('?format=csv')).text()).toContain('errorRate,Error rate,0.25,0,,')
    expect((await fetchCsv('?format=json', 'text/csv')).headers.get('content-type')).toContain('json')
  })

  test('says when events of it may still be on their way', async () => {
    const { data } = await create()
    const mark = (holds: boolean) =>
      handles.clickhouse.insert(
        'spool_watermarks',
        `report:${holds}`,
        JSON.stringify({ spool: 'down', drained_to: midnight - 1, holds }),
      )
    await mark(true)
    expect((await run(data)).data.isComplete).toBe(false)
    await mark(false)
    expect((await run(data)).data.isComplete).toBe(true)
  })
})

describe('sending', () => {
  const DUE = Date.UTC(2026, 5, 11, 8)

  test('writes one letter a period, to the owner, whoever sends and however often', async () => {
    await storeEvents(handles, widget, [{ at: NOW, times: 12 }])
    const { data } = await create({ schedule: 'daily' })
    expect(await sendAt(DUE - 1)).toMatchObject({ due: 0 })
    handles.setNow(DUE + 30_000)
    const sendings = await Promise.all(Array.from({ length: 4 }, () => sendReports(handles)))
    expect(sendings.reduce((sum, { sent }) => sum + sent, 0)).toBe(1)
    expect(await sendAt(DUE + HOUR)).toMatchObject({ due: 0 })
    expect(await read(data)).toMatchObject({ nextAt: DUE + DAY, lastSentAt: DUE + 30_000 })
    handles.setNow(DUE + HOUR)
    expect(await mailbox.deliver()).toBe(1)
    const { to, subject, text } = mailbox.received[0]!
    expect([to, subject]).toEqual([[owner.user.email], 'Report: My numbers'])
    expect(text).toContain('Jun 10, 2026 (UTC)')
    expect(text).toContain('Loads: 12 (before: 0)')
    expect(text).toContain('Error rate: 0% (before: nothing to tell)')
    // Moved back by hand, it is of a period that was sent.
    await handles.db.update(reports).set({ nextAt: new Date(DUE) })
    expect(await sendAt(DUE + 2 * HOUR)).toMatchObject({ due: 1, sent: 0 })
    expect(await mailbox.deliver()).toBe(0)
  })

  test('that is cut short sends nothing, and is done again', async () => {
    const { data } = await create({ schedule: 'daily' })
    const keys = { ...handles.keys, seal: crypto.getRandomValues(new Uint8Array(3)) }
    expect(await sendAt(DUE, { ...handles, keys })).toMatchObject({
      sent: 0,
      waiting: 1,
      failure: expect.any(Error),
    })
    expect(await handles.db.select().from(reportSends)).toEqual([])
    expect(await read(data)).toMatchObject({ nextAt: DUE, waitsSince: DUE })
    expect(await sendAt(DUE + HOUR)).toMatchObject({ sent: 1 })
    expect(await read(data)).toMatchObject({ nextAt: DUE + DAY, waitsSince: null })
  })

  test('waits for what a spool still holds of the period, and while ClickHouse is away', async () => {
    const { data } = await create({ schedule: 'daily' })
    const mark = (at: number, holds: boolean) =>
      handles.clickhouse.insert(
        'spool_watermarks',
        `send:${at}`,
        JSON.stringify({ spool: 'behind', drained_to: at, holds }),
      )
    await mark(NOW, true)
    expect(await sendAt(DUE)).toMatchObject({ waiting: 1 })
    const away = { ...handles.clickhouse, query: () => Promise.reject(new Error('away')) }
    expect(await sendAt(DUE + HOUR, { ...handles, clickhouse: away })).toMatchObject({ waiting: 1 })
    expect(await read(data)).toMatchObject({ nextAt: DUE, waitsSince: DUE })
    await mark(DUE, true)
    expect(await sendAt(DUE + 2 * HOUR)).toMatchObject({ sent: 1 })
    await mark(DUE + 1, false)
  })

  test('makes good each day that nobody was there to send, for a week', async () => {
    const { data } = await create({ schedule: 'daily' })
    let sent = 0
    for (let sending = await sendAt(DUE + 9 * DAY); sending.due > 0; sending = await sendReports(handles))
      sent += sending.sent
    expect(sent).toBe(8)
    expect(await read(data)).toMatchObject({ nextAt: DUE + 10 * DAY })
  })

  test('stops when the widget is gone, says why, and begins again when the owner says so', async () => {
    const { data } = await create({ schedule: 'weekly', period: 'week', implementationId: widget.id })
    await client.call('DELETE', `/api/widgets/${widget.id}`, { as: owner })
    expect(await sendAt(Date.UTC(2026, 5, 15, 8))).toMatchObject({ due: 1, sent: 0, waiting: 0 })
    expect(await read(data)).toMatchObject({ nextAt: null, offReason: expect.stringContaining('removed') })
    expect((await patch(data, { hour: 9 })).status).toBe(404)
    const again = await patch(data, { implementationId: null })
    expect(again.data).toMatchObject({ offReason: null, nextAt: Date.UTC(2026, 5, 15, 8) })
  })

  test('writes nothing to who is suspended or has not confirmed the address', async () => {
    await create({ schedule: 'daily' })
    const set = (values: Partial<typeof users.$inferInsert>) =>
      handles.db.update(users).set(values).where(eq(users.id, owner.user.id))
    await set({ isActive: false })
    expect(await sendAt(DUE)).toMatchObject({ due: 0 })
    await set({ isActive: true, emailVerifiedAt: null })
    expect(await sendAt(DUE)).toMatchObject({ due: 0 })
    await set({ emailVerifiedAt: new Date(NOW) })
    expect(await sendAt(DUE)).toMatchObject({ sent: 1 })
  })

  test('is one process’s at a time', async () => {
    await handles.db.update(analyses).set({ nextAt: new Date(0) })
    const ran = await Promise.all(Array.from({ length: 4 }, () => runReports(handles)))
    expect(ran.filter(Boolean)).toHaveLength(1)
  })
})
