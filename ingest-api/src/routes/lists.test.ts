import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { revenueEvents } from '../../../schema/tables/revenue'
import type { Customer, Implementation, Login, Project } from '../../../schema/wire/api'
import type { Billing, Revenue } from '../../../schema/wire/revenue'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let builder: Login
let owner: Login
let admin: Login
let project: Project
let widgets: Implementation[]

const NAMES = ['Alpha 100%', 'beta_one', 'Gamma\\x', 'delta']

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  ;[builder, owner, admin] = [
    await client.person('builder'),
    await client.person('end_user'),
    await client.person('super_admin'),
  ]
  for (const name of NAMES) await client.call('POST', '/api/projects', { as: builder, body: { name } })
  project = await client.releasedProject(builder)
  widgets = []
  for (const name of NAMES) widgets.push((await client.implement(owner, project.id, { name })).data)
  await handles.db.insert(revenueEvents).values(
    [500, 300, -100].map((amount, index) => ({
      id: `rv_${index}`,
      implementationId: widgets[0]!.id,
      builderId: builder.user.id,
      endUserId: owner.user.id,
      amount,
      eventType: amount < 0 ? ('refund' as const) : ('purchase' as const),
    })),
  )
})
afterAll(() => handles.close())

const namesIn = async (path: string, as: Login) =>
  (await client.call<{ name: string }[]>('GET', path, { as })).data.map(({ name }) => name)

describe('a list', () => {
  test('is sorted both ways', async () => {
    const path = '/api/end-users/me/widgets?sort=name'
    const names = await namesIn(`${path}&order=asc`, owner)
    expect([...names].sort((a, b) => a.localeCompare(b, 'en'))).toEqual(names)
    expect(await namesIn(path, owner)).toEqual([...names].reverse())
  })

  test('has pages that add up to the whole', async () => {
    const pages = []
    for (const page of [1, 2, 3])
      pages.push(
        await client.call<Project[]>('GET', `/api/projects?limit=2&page=${page}&sort=createdAt`, {
          as: builder,
        }),
      )
    expect(pages.map(({ data }) => data.length)).toEqual([2, 2, 1])
    expect(pages[0]!.pagination).toEqual({ page: 1, limit: 2, total: 5, totalPages: 3 })
    expect(new Set(pages.flatMap(({ data }) => data.map(({ id }) => id))).size).toBe(5)
  })

  test.each([
    ['%', ['Alpha 100%']],
    ['_', ['beta_one']],
    ['\\', ['Gamma\\x']],
    ['ALPHA', ['Alpha 100%']],
    ["'; drop table users --", []],
  ])('that is searched for %s finds exactly that', async (search, found) => {
    const query = `search=${encodeURIComponent(search)}`
    expect(await namesIn(`/api/end-users/me/widgets?${query}`, owner)).toEqual(found)
    expect(await namesIn(`/api/builders/me/implementations?${query}`, builder)).toEqual(found)
    expect(await namesIn(`/api/admin/implementations?${query}`, admin)).toEqual(found)
  })

  test('is filtered', async () => {
    await client.call('PATCH', `/api/widgets/${widgets[1]!.id}/status`, {
      as: owner,
      body: { status: 'paused' },
    })
    expect(await namesIn('/api/end-users/me/widgets?status=paused', owner)).toEqual(['beta_one'])
    expect(await namesIn(`/api/admin/implementations?project=pr_${'x'.repeat(21)}`, admin)).toEqual([])
    expect((await client.call('GET', '/api/end-users/me/widgets?status=odd', { as: owner })).status).toBe(400)
  })
})

test('a removed widget is nowhere until it is restored', async () => {
  const { id, name } = widgets[3]!
  await client.call('DELETE', `/api/widgets/${id}`, { as: owner })
  expect((await client.call('GET', `/api/widgets/${id}`, { as: owner })).status).toBe(404)
  expect(await namesIn('/api/end-users/me/widgets', owner)).not.toContain(name)
  expect((await client.call('POST', `/api/widgets/${id}/restore`, { as: builder })).status).toBe(403)
  expect((await client.call('POST', `/api/widgets/${id}/restore`, { as: owner })).status).toBe(200)
  expect(await namesIn('/api/end-users/me/widgets', owner)).toContain(name)
})

test('a deleted project comes back, unless its slug is taken', async () => {
  const { data } = await client.call<Project>('POST', '/api/projects', {
    as: builder,
    body: { name: 'Gone' },
  })
  await client.call('DELETE', `/api/projects/${data.id}`, { as: builder })
  const restore = () => client.call<Project>('POST', `/api/projects/${data.id}/restore`, { as: builder })
  const second = await client.call<Project>('POST', '/api/projects', { as: builder, body: { name: 'Gone' } })
  expect((await restore()).status).toBe(409)
  await client.call('DELETE', `/api/projects/${second.data.id}`, { as: builder })
  expect((await restore()).data).toEqual({ ...data, updatedAt: expect.any(Number) })
})

test('a builder sees customers and revenue, and the site owner the bill', async () => {
  const customers = await client.call<Customer[]>('GET', '/api/builders/me/customers', { as: builder })
  expect(customers.data).toMatchObject([{ id: owner.user.id, implementations: NAMES.length }])
  const revenue = await client.call<Revenue>('GET', '/api/builders/me/revenue?limit=2', { as: builder })
  expect(revenue.data).toMatchObject({ currency: 'USD', total: 700, monthly: 700 })
  expect(revenue.data.events).toHaveLength(2)
  expect(revenue.data.series.reduce((sum, { amount }) => sum + amount, 0)).toBe(700)
  expect(revenue.pagination.total).toBe(3)
  const billing = await client.call<Billing>('GET', '/api/end-users/me/billing?type=refund', { as: owner })
  expect(billing.data).toMatchObject({ total: 700, events: [{ type: 'refund', amount: -100 }] })
})

test('odd questions are answered or refused, and never break anything', async () => {
  const lists = [
    ['/api/admin/users', () => admin],
    ['/api/admin/builders', () => admin],
    ['/api/admin/implementations', () => admin],
    ['/api/admin/audit-logs', () => admin],
    ['/api/projects', () => builder],
    ['/api/builders/me/customers', () => builder],
    ['/api/builders/me/revenue', () => builder],
    ['/api/end-users/me/widgets', () => owner],
    ['/api/marketplace', () => owner],
  ] as const
  const names = ['search', 'sort', 'order', 'page', 'limit', 'status', 'actor', 'from', 'state', 'type', 'x']
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.constantFrom(
      'name',
      'desc',
      '-1',
      '0',
      '1e9',
      '1000000',
      'NaN',
      '\0',
      "'",
      '\ud800',
      '[object Object]',
    ),
    fc.integer().map(String),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...lists),
      fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 }),
      async ([path, as], pairs) => {
        const { status } = await client.call('GET', `${path}?${new URLSearchParams(pairs)}`, { as: as() })
        expect([200, 400]).toContain(status)
      },
    ),
    { numRuns: 300 },
  )
}, 60_000)
