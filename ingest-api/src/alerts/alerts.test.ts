import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { alertRules, alerts } from '../../../schema/tables/alerts'
import { absences, analyses } from '../../../schema/tables/analyses'
import { outgoingMail } from '../../../schema/tables/mail'
import { users } from '../../../schema/tables/users'
import type { Alert, AlertRule, CreateAlertRuleRequest } from '../../../schema/wire/alert'
import { MOST_ALERT_RULES } from '../../../schema/wire/alert'
import type { Implementation, Login, NewApiKey } from '../../../schema/wire/api'
import { newId } from '../new-id'
import { openTenantDatabase } from '../tenant-database'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { storeEvents, type TestEvent } from '../testing-events'
import { startMailbox, type Mailbox } from '../testing-mail'
import { evaluateRules } from './evaluate-rules'
import { runAlerts } from './run-alerts'

const MINUTE = 60_000
/** Past what is under way, so that the minute before is known. */
const START = Date.UTC(2026, 5, 10, 12) + 20_000
const RULES = '/api/analytics/alert-rules'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let mailbox: Mailbox
let builder: Login
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
  await handles.db.delete(alerts)
  await handles.db.delete(alertRules)
  await handles.db.delete(absences)
  await handles.db.delete(outgoingMail)
  mailbox.received.length = 0
  handles.setNow(START)
  builder = await client.person('builder')
  owner = await client.person('end_user')
  widget = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
})

const RULE: CreateAlertRuleRequest = {
  name: 'Many errors',
  metric: 'errors',
  condition: 'above',
  threshold: 3,
  windowMinutes: 5,
  byMail: true,
}
const create = (as: Login, more: Partial<CreateAlertRuleRequest> | Record<string, unknown> = {}) =>
  client.call<AlertRule>('POST', RULES, { as, body: { ...RULE, ...more } })
const ruleOf = async (as: Login, more: Partial<CreateAlertRuleRequest> = {}) => (await create(as, more)).data
const read = async ({ id }: AlertRule, as = owner) =>
  (await client.call<AlertRule>('GET', `${RULES}/${id}`, { as })).data
const list = async (as = owner, query = '') =>
  (await client.call<Alert[]>('GET', `/api/analytics/alerts${query}`, { as })).data
const settle = (verb: string, { id }: Alert, as = owner) =>
  client.call<Alert>('POST', `/api/analytics/alerts/${id}/${verb}`, { as })

/** Events of the widget within the last known minute at a time after the start. */
const errorsAt = (minutes: number, times: number, more: Partial<TestEvent> = {}) =>
  storeEvents(handles, widget, [{ at: START + (minutes - 1) * MINUTE, times, type: 'error', ...more }])
const evaluateAt = (minutes: number, by: typeof handles = handles) => {
  handles.setNow(START + minutes * MINUTE)
  return evaluateRules(by)
}

describe('a rule', () => {
  test('is created, listed, changed and deleted by whose it is', async () => {
    const { status, data: rule, headers } = await create(owner, { implementationId: widget.id })
    expect([status, headers.get('etag')]).toEqual([201, '"1"'])
    expect(rule).toMatchObject({
      ...RULE,
      id: expect.stringMatching(/^ru_/),
      implementationId: widget.id,
      projectId: null,
      enabled: true,
      value: null,
      knownTo: null,
      alertId: null,
      createdAt: START,
    })
    expect(await read(rule)).toEqual(rule)
    const page = await client.call<AlertRule[]>('GET', `${RULES}?search=many&limit=1`, { as: owner })
    expect([page.data, page.pagination.total]).toEqual([[rule], 1])
    const changed = await client.call<AlertRule>('PATCH', `${RULES}/${rule.id}`, {
      as: owner,
      body: { threshold: 5, implementationId: null },
      headers: { 'if-match': '"1"' },
    })
    expect(changed.data).toMatchObject({ threshold: 5, implementationId: null, revision: 2 })
    const stale = { as: owner, headers: { 'if-match': '"1"' } }
    for (const method of ['PATCH', 'DELETE']) {
      const { status } = await client.call(method, `${RULES}/${rule.id}`, { ...stale, body: { name: 'x' } })
      expect(status).toBe(412)
    }
    expect((await client.call('DELETE', `${RULES}/${rule.id}`, { as: owner })).status).toBe(200)
    expect((await client.call('GET', `${RULES}/${rule.id}`, { as: owner })).status).toBe(404)
  })

  test.each([
    [{ name: '' }, 'name'],
    [{ metric: 'mood' }, 'metric'],
    [{ condition: 'equals' }, 'condition'],
    [{ threshold: '3' }, 'threshold'],
    [{ threshold: 0, condition: 'changesBy' }, 'threshold'],
    [{ windowMinutes: 4 }, 'windowMinutes'],
    [{ windowMinutes: 10_081 }, 'windowMinutes'],
    [{ windowMinutes: 7.5 }, 'windowMinutes'],
    [{ implementationId: 'im_1' }, 'implementationId'],
    [{ byMail: 'yes' }, 'byMail'],
    [{ ownerId: 'us_1' }, 'ownerId'],
    [{ enabled: null }, 'enabled'],
  ])('of %j is refused for %s', async (more, path) => {
    const { status, error } = await create(owner, more)
    expect([status, error.details?.fields?.map((field) => field.path)]).toEqual([400, [path]])
  })

  test('is narrowed to a widget or a project, not both, and to nobody else’s', async () => {
    const { projectId } = widget
    const both = await create(owner, { implementationId: widget.id, projectId })
    expect([both.status, both.error.details?.fields?.[0]?.path]).toEqual([400, 'projectId'])
    const stranger = await client.person('end_user')
    for (const narrowing of [{ implementationId: widget.id }, { projectId }])
      expect((await create(stranger, narrowing)).status).toBe(404)
    const rule = await ruleOf(stranger)
    const change = (body: object) => client.call('PATCH', `${RULES}/${rule.id}`, { as: stranger, body })
    expect((await change({ implementationId: widget.id })).status).toBe(404)
    expect((await change({ condition: 'changesBy', threshold: -1 })).status).toBe(400)
  })

  test('is unknown to everybody else, to its owner as another persona, and to a query without a filter', async () => {
    const rule = await ruleOf(owner)
    for (const as of [builder, await client.person('end_user'), await client.person('super_admin')]) {
      for (const method of ['GET', 'PATCH', 'DELETE'])
        expect(
          (
            await client.call(method, `${RULES}/${rule.id}`, {
              as,
              body: method === 'PATCH' ? {} : undefined,
            })
          ).status,
        ).toBe(404)
      const db = openTenantDatabase(handles.db, { userId: as.user.id, persona: as.user.persona })
      expect(await db.select().from(alertRules)).toEqual([])
      expect(await db.update(alertRules).set({ name: 'Taken' }).returning()).toEqual([])
    }
    const asBuilder = openTenantDatabase(handles.db, { userId: owner.user.id, persona: 'builder' })
    expect(await asBuilder.select().from(alertRules)).toEqual([])
    await expect(
      asBuilder.insert(alertRules).values({
        ...RULE,
        id: 'ru_1',
        ownerId: owner.user.id,
        persona: 'end_user',
        enabled: true,
        byMail: true,
      }),
    ).rejects.toThrow()
  })

  test('about money is for who may see money', async () => {
    const { data } = await client.call<NewApiKey>('POST', '/api/auth/api-keys', {
      as: owner,
      body: { name: 'Usage only', scopes: ['view_usage'] },
    })
    const key = { ...owner, accessToken: data.key }
    const refused = await create(key, { metric: 'revenue' })
    expect([refused.status, refused.error.details?.fields?.[0]?.path]).toEqual([400, 'metric'])
    const rule = await ruleOf(owner, { metric: 'revenue' })
    expect((await client.call('GET', `${RULES}/${rule.id}`, { as: key })).status).toBe(404)
    expect((await client.call<AlertRule[]>('GET', RULES, { as: key })).data).toEqual([])
  })

  test('sends no letters to an address that nobody has confirmed', async () => {
    await handles.db.update(users).set({ emailVerifiedAt: null }).where(eq(users.id, owner.user.id))
    const { status, error } = await create(owner)
    expect([status, error.details?.fields?.[0]?.path]).toEqual([400, 'byMail'])
    expect((await create(owner, { byMail: false })).status).toBe(201)
  })

  test('is one of at most a hundred, however many are asked for at once', async () => {
    const row = { ...RULE, ownerId: owner.user.id, persona: 'end_user', enabled: true, byMail: true } as const
    const filled = MOST_ALERT_RULES - 2
    await handles.db
      .insert(alertRules)
      .values(Array.from({ length: filled }, () => ({ ...row, id: newId('rule') })))
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(owner)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429])
    expect(answers.find(({ status }) => status === 429)!.error.code).toBe('LIMIT_EXCEEDED')
  })
})

describe('an alert', () => {
  test('opens once, with one letter, keeps the highest value, and resolves itself after a whole window', async () => {
    const rule = await ruleOf(owner, { implementationId: widget.id })
    await errorsAt(1, 3)
    expect(await evaluateAt(1)).toMatchObject({ rules: 1, opened: 0, unknown: 0 })
    expect(await read(rule)).toMatchObject({
      value: 3,
      previous: 0,
      knownTo: START - 20_000 + MINUTE,
      alertId: null,
    })
    await errorsAt(2, 2)
    expect(await evaluateAt(2)).toMatchObject({ opened: 1 })
    await errorsAt(3, 4)
    expect(await evaluateAt(3)).toMatchObject({ opened: 0, resolved: 0 })
    const [alert] = await list()
    expect(alert).toMatchObject({
      ruleId: rule.id,
      state: 'open',
      value: 5,
      peak: 9,
      last: 9,
      openedAt: START + 2 * MINUTE,
    })
    expect(await read(rule)).toMatchObject({ alertId: alert!.id })
    // The three of the first minute are no longer in the window, then the others go as well.
    expect(await evaluateAt(6)).toMatchObject({ resolved: 0 })
    expect(await list()).toEqual([{ ...alert, last: 6, heldTo: START - 20_000 + 6 * MINUTE }])
    for (let minutes = 8; minutes < 11; minutes++)
      expect(await evaluateAt(minutes)).toMatchObject({ resolved: 0 })
    expect(await evaluateAt(12)).toMatchObject({ resolved: 1 })
    expect(await list()).toMatchObject([{ id: alert!.id, state: 'resolved', peak: 9, resolvedBy: 'itself' }])
    await mailbox.deliver()
    expect(mailbox.received.map(({ to, subject }) => [to[0], subject])).toEqual([
      [owner.user.email, 'Alert: Many errors'],
    ])
    expect(mailbox.received[0]!.text).toContain('Errors came to 5 in the last 5 minutes')
  })

  test('is acknowledged and resolved by its owner, and what still holds then does not come again', async () => {
    await ruleOf(owner)
    await errorsAt(1, 4)
    await evaluateAt(1)
    const [alert] = await list(owner, '?state=open')
    expect((await settle('acknowledge', alert!)).data).toMatchObject({
      state: 'acknowledged',
      acknowledgedAt: handles.now(),
    })
    expect((await settle('acknowledge', alert!)).status).toBe(200)
    expect(await list(owner, '?state=open')).toEqual([])
    expect(await list(owner, '?state=open,acknowledged')).toHaveLength(1)
    expect((await settle('resolve', alert!)).data).toMatchObject({ state: 'resolved', resolvedBy: 'person' })
    expect((await settle('acknowledge', alert!)).status).toBe(409)
    expect(await evaluateAt(2)).toMatchObject({ opened: 0 })
    expect(await evaluateAt(8)).toMatchObject({ opened: 0 })
    await errorsAt(9, 4)
    expect(await evaluateAt(9)).toMatchObject({ opened: 1 })
    expect(await list()).toHaveLength(2)
  })

  test('is unknown to everybody else', async () => {
    await ruleOf(owner)
    await errorsAt(1, 4)
    await evaluateAt(1)
    const [alert] = await list()
    for (const as of [builder, await client.person('end_user'), await client.person('super_admin')]) {
      expect(await list(as)).toEqual([])
      expect((await client.call('GET', `/api/analytics/alerts/${alert!.id}`, { as })).status).toBe(404)
      for (const verb of ['acknowledge', 'resolve']) expect((await settle(verb, alert!, as)).status).toBe(404)
      const db = openTenantDatabase(handles.db, { userId: as.user.id, persona: as.user.persona })
      expect(await db.update(alerts).set({ state: 'resolved' }).returning()).toEqual([])
    }
  })

  test('ends with its rule, and stays as what has happened', async () => {
    const rule = await ruleOf(owner)
    await errorsAt(1, 4)
    await evaluateAt(1)
    const patch = (body: object) => client.call('PATCH', `${RULES}/${rule.id}`, { as: owner, body })
    await patch({ name: 'Renamed', byMail: false })
    expect(await list()).toMatchObject([{ name: 'Many errors', state: 'open' }])
    await patch({ threshold: 1 })
    expect(await list()).toMatchObject([{ state: 'resolved', resolvedBy: 'rule', threshold: 3 }])
    await evaluateAt(2)
    expect(await list()).toMatchObject([{ state: 'open', threshold: 1 }, { state: 'resolved' }])
    await client.call('DELETE', `${RULES}/${rule.id}`, { as: owner })
    expect(await list()).toMatchObject([{ state: 'resolved', ruleId: null }, { ruleId: null }])
  })

  test('of a rule for less opens when there is too little, and its peak is the lowest', async () => {
    await ruleOf(owner, { condition: 'below', threshold: 5 })
    await errorsAt(1, 4)
    expect(await evaluateAt(1)).toMatchObject({ opened: 1 })
    await evaluateAt(7)
    expect(await list()).toMatchObject([{ value: 4, peak: 0, last: 0 }])
  })

  test.each([
    [10, 15, 1],
    [10, 14, 0],
    [10, 5, 1],
    [0, 5, 0],
    [10, 0, 1],
  ])('of a rule for a change by half: from %i to %i opens %i', async (before, after, opened) => {
    await ruleOf(owner, { condition: 'changesBy', threshold: 0.5 })
    if (before) await errorsAt(-5, before)
    if (after) await errorsAt(0, after)
    expect(await evaluateAt(0)).toMatchObject({ opened })
  })

  test('of a rate needs loads', async () => {
    await ruleOf(owner, { metric: 'errorRate', condition: 'below', threshold: 0.1 })
    await errorsAt(1, 4)
    expect(await evaluateAt(1)).toMatchObject({ opened: 0, unknown: 0 })
    await errorsAt(2, 80, { type: 'load' })
    expect(await evaluateAt(2)).toMatchObject({ opened: 1 })
  })

  test('sees what its owner sees: a builder the own work, the platform everything', async () => {
    const admin = await client.person('super_admin')
    const other = await client.person('builder')
    await Promise.all([ruleOf(builder), ruleOf(admin), ruleOf(other)])
    await errorsAt(1, 4)
    expect(await evaluateAt(1)).toMatchObject({ rules: 3, opened: 2 })
    expect([(await list(builder)).length, (await list(admin)).length, (await list(other)).length]).toEqual([
      1, 1, 0,
    ])
  })

  test('of who is suspended, has left or has lost the persona does not open', async () => {
    await Promise.all([ruleOf(owner), ruleOf(builder)])
    await errorsAt(1, 4)
    await handles.db.update(users).set({ isActive: false }).where(eq(users.id, owner.user.id))
    await handles.db
      .update(users)
      .set({ roles: ['end_user'], persona: 'end_user' })
      .where(eq(users.id, builder.user.id))
    expect(await evaluateAt(1)).toMatchObject({ rules: 0, opened: 0 })
  })
})

describe('what cannot be known', () => {
  const below = { condition: 'below', threshold: 5 } as const

  test('rings no alarm while ClickHouse is away, and says since when', async () => {
    const rule = await ruleOf(owner, below)
    await errorsAt(1, 5)
    await evaluateAt(1)
    const away = { ...handles.clickhouse, query: () => Promise.reject(new Error('away')) }
    const { failure, ...counts } = await evaluateAt(7, { ...handles, clickhouse: away })
    expect([counts, failure]).toEqual([{ rules: 1, opened: 0, resolved: 0, unknown: 1 }, expect.any(Error)])
    const known = START - 20_000 + MINUTE
    expect(await read(rule)).toMatchObject({ value: 5, knownTo: known, unknownSince: known, alertId: null })
    expect(await evaluateAt(8)).toMatchObject({ opened: 1, unknown: 0 })
    expect(await read(rule)).toMatchObject({ value: 0, unknownSince: null })
  })

  test('rings no alarm while a spool of a server that is down holds events', async () => {
    await ruleOf(owner, below)
    const mark = (at: number, holds: boolean) =>
      handles.clickhouse.insert(
        'spool_watermarks',
        `test:${at}:${holds}`,
        JSON.stringify({ spool: 'down', drained_to: at, holds }),
      )
    await mark(START - 11 * MINUTE, true)
    expect(await evaluateAt(0)).toMatchObject({ opened: 0, unknown: 1 })
    await mark(START, true)
    expect(await evaluateAt(5)).toMatchObject({ opened: 1 })
    // What is counted ends where that spool was emptied.
    expect(await list()).toMatchObject([{ heldTo: START - 20_000 }])
    await mark(START + 1, false)
  })

  test('rings no alarm for a time when nobody was there to count, unless what did come is enough', async () => {
    await ruleOf(owner, below)
    await ruleOf(owner, { threshold: 3 })
    await handles.db.insert(absences).values({ from: new Date(START - 3 * MINUTE), to: new Date(START) })
    await errorsAt(0, 4)
    expect(await evaluateAt(0)).toMatchObject({ opened: 1, unknown: 1 })
    expect(await list()).toMatchObject([{ condition: 'above' }])
    await ruleOf(owner, { ...below, windowMinutes: 24 * 60 })
    expect(await evaluateAt(1)).toMatchObject({ opened: 1, unknown: 1 })
  })

  test('is an absence when nobody has looked for minutes', async () => {
    await handles.db.update(analyses).set({ startedAt: null, nextAt: new Date(0) })
    const runAt = (minutes: number) => {
      handles.setNow(START + minutes * MINUTE)
      return runAlerts(handles)
    }
    expect([await runAt(0), await runAt(0), await runAt(1), await runAt(30)]).toEqual([
      true,
      false,
      true,
      true,
    ])
    expect(await handles.db.select().from(absences)).toEqual([
      { from: new Date(START + MINUTE), to: new Date(START + 30 * MINUTE) },
    ])
  })
})

describe('a widget that is gone', () => {
  test('switches the rule off, with the reason, and the alert of it ends', async () => {
    const [ofWidget, ofProject] = [
      await ruleOf(owner, { implementationId: widget.id }),
      await ruleOf(owner, { projectId: widget.projectId }),
    ]
    await errorsAt(1, 4)
    expect(await evaluateAt(1)).toMatchObject({ opened: 2 })
    await client.call('DELETE', `/api/widgets/${widget.id}`, { as: owner })
    await evaluateAt(2)
    expect(await read(ofWidget)).toMatchObject({
      enabled: false,
      offReason: expect.stringContaining('removed'),
      alertId: null,
    })
    expect(await read(ofProject)).toMatchObject({
      enabled: false,
      offReason: expect.stringContaining('project'),
    })
    expect(await list()).toMatchObject([{ resolvedBy: 'rule' }, { resolvedBy: 'rule' }])
    const patch = (body: object) =>
      client.call<AlertRule>('PATCH', `${RULES}/${ofWidget.id}`, { as: owner, body })
    expect((await patch({ name: 'Still renamed' })).status).toBe(200)
    expect((await patch({ enabled: true })).status).toBe(404)
    await client.call('POST', `/api/widgets/${widget.id}/restore`, { as: owner })
    expect((await patch({ enabled: true })).data).toMatchObject({ enabled: true, offReason: null })
  })
})

describe('many at once', () => {
  test('open one alert and write one letter, whoever looks', async () => {
    for (let index = 0; index < 5; index++) await ruleOf(owner)
    await errorsAt(1, 4)
    const found = await Promise.all(Array.from({ length: 4 }, () => evaluateAt(1)))
    expect(found.reduce((sum, { opened }) => sum + opened, 0)).toBe(5)
    expect(await handles.db.select().from(alerts)).toHaveLength(5)
    expect(await mailbox.deliver()).toBe(5)
  })

  test('are taken up by one process at a time, and by the next when that one has died', async () => {
    await handles.db.update(analyses).set({ nextAt: new Date(0), startedAt: null })
    const ran = await Promise.all(Array.from({ length: 5 }, () => runAlerts(handles)))
    expect(ran.filter(Boolean)).toHaveLength(1)
    const [row] = await handles.db.select().from(analyses).where(eq(analyses.name, 'alerts'))
    expect(row).toMatchObject({ nextAt: new Date(START + 40_000), startedAt: new Date(START), error: null })
    // Taken up and never put down.
    await handles.db
      .update(analyses)
      .set({ nextAt: new Date(START + 2 * MINUTE) })
      .where(eq(analyses.name, 'alerts'))
    handles.setNow(START + MINUTE)
    expect(await runAlerts(handles)).toBe(false)
    handles.setNow(START + 2 * MINUTE)
    expect(await runAlerts(handles)).toBe(true)
  })

  test('leave nothing half done when they are cut short', async () => {
    await ruleOf(owner)
    await errorsAt(1, 4)
    const keys = { ...handles.keys, seal: crypto.getRandomValues(new Uint8Array(3)) }
    await expect(evaluateAt(1, { ...handles, keys })).rejects.toThrow()
    expect(await list()).toEqual([])
    expect(await evaluateAt(1)).toMatchObject({ opened: 1 })
    expect(await mailbox.deliver()).toBe(1)
  })

  test('ask ClickHouse together', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => client.person('builder')))
    await handles.db.insert(alertRules).values(
      people.flatMap(({ user }) =>
        Array.from({ length: 50 }, () => ({
          ...RULE,
          id: newId('rule'),
          ownerId: user.id,
          persona: 'builder' as const,
          enabled: true,
          byMail: false,
        })),
      ),
    )
    let questions = 0
    const query: typeof handles.clickhouse.query = (...asked) => {
      questions++
      return handles.clickhouse.query(...asked)
    }
    const found = await evaluateAt(1, { ...handles, clickhouse: { ...handles.clickhouse, query } })
    expect(found).toMatchObject({ rules: 1_000, unknown: 0 })
    // Who has accepted what, where the buckets begin, and the first tenant alone before all others together; a page each.
    expect(questions).toBeLessThanOrEqual(8)
  })
})
