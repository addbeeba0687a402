import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { auditLog } from '../../../schema/tables/audit'
import { savedDashboards } from '../../../schema/tables/saved-dashboards'
import type { Implementation, Login, NewApiKey } from '../../../schema/wire/api'
import {
  MOST_CHARTS,
  MOST_DASHBOARDS,
  type Chart,
  type DashboardData,
  type DashboardRequest,
  type SavedDashboard,
} from '../../../schema/wire/dashboard'
import { newId } from '../new-id'
import { openTenantDatabase } from '../tenant-database'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { storeEvents } from '../testing-events'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = Date.UTC(2026, 5, 10, 12, 20)
const PATH = '/api/analytics/dashboards'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let owner: Login
let widget: Implementation
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())
beforeEach(async () => {
  handles.setNow(NOW)
  owner = await client.person('end_user')
  const project = await client.releasedProject(await client.person('builder'))
  widget = (await client.implement(owner, project.id)).data
})

const chart = (more: Partial<Chart> = {}) => ({
  kind: 'line' as const,
  title: 'Loads of today',
  metric: 'loads' as const,
  hours: 24,
  interval: 'hour' as const,
  place: { column: 0, row: 0, width: 6, height: 4 },
  ...more,
})
const create = (charts: object[], more: object = {}, as = owner) =>
  client.call<SavedDashboard>('POST', PATH, { as, body: { name: 'Monday', charts, ...more } })
const replace = ({ id }: SavedDashboard, body: DashboardRequest, headers = {}, as = owner) =>
  client.call<SavedDashboard>('PUT', `${PATH}/${id}`, { as, body, headers })
const dataOf = async ({ id }: SavedDashboard, as = owner) =>
  (await client.call<DashboardData>('GET', `${PATH}/${id}/data`, { as })).data

test('a dashboard is saved, listed, replaced and deleted by whose it is, and each change is on record', async () => {
  const { status, data, headers } = await create([chart({ implementationId: widget.id })])
  expect([status, headers.get('etag')]).toEqual([201, '"1"'])
  expect(data).toEqual({
    id: expect.stringMatching(/^da_/),
    name: 'Monday',
    timezone: 'UTC',
    charts: [{ ...chart(), implementationId: widget.id, projectId: null }],
    revision: 1,
    createdAt: NOW,
    updatedAt: NOW,
  })
  const page = await client.call<SavedDashboard[]>('GET', `${PATH}?search=mon&sort=name`, { as: owner })
  expect([page.data, page.pagination.total]).toEqual([[data], 1])
  const next = { name: 'Tuesday', timezone: 'Europe/Amsterdam', charts: [] }
  expect((await replace(data, next, { 'if-match': '"1"' })).data).toMatchObject({ ...next, revision: 2 })
  expect((await replace(data, next, { 'if-match': '"1"' })).status).toBe(412)
  const read = await client.call<SavedDashboard>('GET', `${PATH}/${data.id}`, { as: owner })
  expect([read.headers.get('etag'), read.data.name]).toEqual(['"2"', 'Tuesday'])
  expect((await client.call('DELETE', `${PATH}/${data.id}`, { as: owner })).status).toBe(200)
  expect((await client.call('DELETE', `${PATH}/${data.id}`, { as: owner })).status).toBe(404)
  const log = await handles.db.select().from(auditLog)
  expect(log.filter(({ resourceId }) => resourceId === data.id).map(({ action }) => action)).toEqual([
    'dashboard.create',
    'dashboard.replace',
    'dashboard.delete',
  ])
})

test('a request with an Idempotency-Key saves one', async () => {
  const headers = { 'idempotency-key': 'dashboard-once' }
  const body = { name: 'Once', charts: [] }
  const ask = () => client.call<SavedDashboard>('POST', PATH, { as: owner, body, headers })
  expect((await ask()).data).toEqual((await ask()).data)
  expect((await client.call<SavedDashboard[]>('GET', PATH, { as: owner })).pagination.total).toBe(1)
})

test.each([
  [[{ ...chart(), kind: 'pie' }], 'charts.0.kind'],
  [[chart(), chart({ title: '' })], 'charts.1.title'],
  [[chart({ metric: 'visitors' })], 'charts.0.metric'],
  [[chart({ interval: 'minute' })], 'charts.0.interval'],
  [[chart({ hours: 0 })], 'charts.0.hours'],
  [[chart({ place: { column: 8, row: 0, width: 6, height: 4 } })], 'charts.0.place.width'],
  [[{ ...chart(), color: 'red' }], 'charts.0.color'],
  [
    [chart({ implementationId: `im_${'x'.repeat(21)}`, projectId: `pr_${'x'.repeat(21)}` })],
    'charts.0.projectId',
  ],
  [Array.from({ length: MOST_CHARTS + 1 }, () => chart()), 'charts'],
])('charts %j are refused for %s', async (charts, path) => {
  const { status, error } = await create(charts)
  expect([status, error.details?.fields?.map((field) => field.path)]).toEqual([400, [path]])
})

test('a time zone must be one', async () => {
  const { error } = await create([], { timezone: 'Mars/Olympus' })
  expect(error.details?.fields?.[0]?.path).toBe('timezone')
})

test('a dashboard is nobody else’s, and its charts are of nothing that is somebody else’s', async () => {
  const { data } = await create([chart()])
  for (const as of [await client.person('end_user'), await client.person('super_admin')]) {
    expect((await client.call('GET', `${PATH}/${data.id}`, { as })).status).toBe(404)
    expect((await client.call('GET', `${PATH}/${data.id}/data`, { as })).status).toBe(404)
    expect((await client.call('DELETE', `${PATH}/${data.id}`, { as })).status).toBe(404)
    expect((await replace(data, { name: 'Taken', charts: [] }, {}, as)).status).toBe(404)
    const db = openTenantDatabase(handles.db, { userId: as.user.id, persona: as.user.persona })
    expect(await db.select().from(savedDashboards)).toEqual([])
    expect(await db.delete(savedDashboards).returning()).toEqual([])
  }
  const asBuilder = openTenantDatabase(handles.db, { userId: owner.user.id, persona: 'builder' })
  expect(await asBuilder.select().from(savedDashboards)).toEqual([])
  const stranger = await client.person('end_user')
  expect((await create([chart({ implementationId: widget.id })], {}, stranger)).status).toBe(404)
  const own = (await create([], {}, stranger)).data
  const taken = { name: 'x', charts: [chart({ projectId: widget.projectId })] }
  expect((await replace(own, taken, {}, stranger)).status).toBe(404)
})

test('all charts are answered at once, and one whose widget is gone costs the others nothing', async () => {
  await storeEvents(handles, widget, [
    { at: NOW - 30 * MINUTE, times: 3, session: 'se_1' },
    { at: NOW - 30 * MINUTE, times: 6, type: 'interaction', session: 'se_2' },
    { at: NOW - 25 * HOUR, times: 4 },
  ])
  const { data } = await create([
    chart(),
    chart({ kind: 'number', metric: 'sessions' }),
    chart({ kind: 'table', metric: 'interactionRate', hours: 1, interval: 'minute' }),
    chart({ kind: 'bar', metric: 'revenue', implementationId: widget.id, interval: 'day', hours: 48 }),
  ])
  const { charts, ...rest } = await dataOf(data)
  expect(rest).toEqual({ id: data.id, revision: 1, at: NOW })
  const [loads, sessions, rate, revenue] = charts
  expect(loads).toMatchObject({
    from: NOW - 20 * MINUTE - 23 * HOUR,
    to: NOW + 40 * MINUTE,
    measurement: { value: 3, previous: 4, change: -0.25 },
    error: null,
  })
  expect(loads!.measurement!.series).toHaveLength(24)
  expect(sessions!.measurement).toEqual({ metric: 'sessions', value: 2, previous: 1, change: 1 })
  expect([rate!.to, rate!.measurement!.value]).toEqual([NOW + MINUTE, 2])
  expect(revenue!.measurement).toMatchObject({ value: 0, currency: 'USD' })
  await client.call('DELETE', `/api/widgets/${widget.id}`, { as: owner })
  const after = await dataOf(data)
  expect(after.charts.map(({ error }) => error?.code ?? null)).toEqual([
    null,
    null,
    null,
    'RESOURCE_NOT_FOUND',
  ])
  // The others can still be changed beside it.
  const { name, charts: kept } = data
  expect((await replace(data, { name, charts: kept.slice(1) })).status).toBe(200)
})

test('a chart of money shows nothing to a key that may not see money, and cannot be saved with it', async () => {
  const { data } = await create([chart({ metric: 'revenue' }), chart()])
  const made = await client.call<NewApiKey>('POST', '/api/auth/api-keys', {
    as: owner,
    body: { name: 'Usage only', scopes: ['view_usage'] },
  })
  const key = { ...owner, accessToken: made.data.key }
  const { charts } = await dataOf(data, key)
  expect(charts.map(({ error }) => error?.code ?? null)).toEqual(['PERMISSION_ERROR', null])
  const { error } = await create([chart({ metric: 'revenue' })], {}, key)
  expect(error.details?.fields?.[0]?.path).toBe('charts.0.metric')
})

test('while ClickHouse is away, the whole answer is an error and not a dashboard of nothing', async () => {
  const { data } = await create([chart()])
  const away = { ...handles.clickhouse, query: () => Promise.reject(new Error('away')) }
  const response = await createClient({ ...handles, clickhouse: away }).app.request(
    `${PATH}/${data.id}/data`,
    {
      headers: { authorization: `Bearer ${owner.accessToken}` },
    },
  )
  expect(response.status).toBe(500)
})

test('there are at most fifty, however many are asked for at once', async () => {
  const row = { ownerId: owner.user.id, persona: 'end_user', name: 'x', timezone: 'UTC', charts: [] } as const
  const filled = Array.from({ length: MOST_DASHBOARDS - 2 }, () => ({
    ...row,
    charts: [],
    id: newId('dashboard'),
  }))
  await handles.db.insert(savedDashboards).values(filled)
  const answers = await Promise.all(Array.from({ length: 5 }, () => create([])))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429])
})
