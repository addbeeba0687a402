import fc from 'fast-check'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plans, subscriptions } from '../../../schema/tables/plans'
import type { Implementation, Login, Project } from '../../../schema/wire/api'
import {
  checkLimit,
  FEATURES,
  problemOfFeatures,
  UNLIMITED,
  type Allowance,
  type Plan,
} from '../../../schema/wire/plan'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

describe('checkLimit', () => {
  test('knows no end at -1', () =>
    expect(checkLimit(UNLIMITED, 7)).toEqual({ allowed: true, unlimited: true, current: 7 }))

  test('tells how many are left, and never less than none', () => {
    expect(checkLimit(3, 2)).toEqual({
      allowed: true,
      unlimited: false,
      current: 2,
      maximum: 3,
      remaining: 1,
    })
    expect(checkLimit(3, 5)).toEqual({
      allowed: false,
      unlimited: false,
      current: 5,
      maximum: 3,
      remaining: 0,
    })
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (maximum, current) => {
        const check = checkLimit(maximum, current)
        expect(check.allowed).toBe(!check.unlimited && check.remaining > 0)
      }),
    )
  })
})

test('features need the ones that they stand on', () => {
  expect(problemOfFeatures(['api_webhooks'])).toBe('api_webhooks requires api_access')
  expect(problemOfFeatures(['api_webhooks', 'api_access'])).toBeUndefined()
  expect(problemOfFeatures(FEATURES)).toBeUndefined()
})

describe('a plan', () => {
  let handles: TestHandles
  let client: ReturnType<typeof createClient>
  let admin: Login

  beforeAll(async () => {
    handles = await createTestHandles()
    client = createClient(handles)
    admin = await client.person('super_admin')
    const limits = { projects: 2, implementations: 2, versionsPerProject: 2, apiKeys: 1 }
    await handles.db.insert(plans).values({ id: 'tiny', name: 'Tiny', features: ['api_access'], limits })
  })
  afterAll(() => handles.close())

  async function onTiny(persona: 'builder' | 'end_user') {
    const person = await client.person(persona)
    await handles.db.insert(subscriptions).values({ userId: person.user.id, planId: 'tiny' })
    return person
  }
  const createProject = (as: Login, name: string) =>
    client.call<Project>('POST', '/api/projects', { as, body: { name } })
  const allowanceOf = async (as: Login) => (await client.call<Allowance>('GET', '/api/limits', { as })).data

  test('keeps its limit when many try at once', async () => {
    const builder = await onTiny('builder')
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => createProject(builder, `Project ${n}`)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429, 429])
    const refused = answers.find(({ status }) => status === 429)!
    expect(refused.error).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: 'The plan Tiny allows 2 projects, and there are 2.',
      details: { limitType: 'projects', current: 2, maximum: 2 },
    })
    expect((await allowanceOf(builder)).limits.projects).toEqual({
      allowed: false,
      unlimited: false,
      current: 2,
      maximum: 2,
      remaining: 0,
    })
  })

  test('has room again after something is deleted, and restoring needs room as well', async () => {
    const builder = await onTiny('builder')
    const first = (await createProject(builder, 'One')).data
    await createProject(builder, 'Two')
    await client.call('DELETE', `/api/projects/${first.id}`, { as: builder })
    const restore = () => client.call('POST', `/api/projects/${first.id}/restore`, { as: builder })
    const third = await createProject(builder, 'Three')
    expect(third.status).toBe(201)
    expect((await restore()).status).toBe(429)
    await client.call('DELETE', `/api/projects/${third.data.id}`, { as: builder })
    expect((await restore()).status).toBe(200)
  })

  test('counts widgets, versions and keys', async () => {
    const builder = await onTiny('builder')
    const owner = await onTiny('end_user')
    const { id } = await client.releasedProject(builder)
    expect((await client.publish(builder, id, '1.1.0')).status).toBe(201)
    expect((await client.publish(builder, id, '1.2.0')).status).toBe(429)
    expect((await client.publish(builder, id, '1.1.0')).status).toBe(200)
    const widgets = await Promise.all([1, 2, 3].map(() => client.implement(owner, id)))
    expect(widgets.map(({ status }) => status).sort()).toEqual([201, 201, 429])
    const widget = widgets.find(({ status }) => status === 201)
    await client.call<Implementation>('DELETE', `/api/widgets/${widget!.data.id}`, { as: owner })
    expect((await client.implement(owner, id)).status).toBe(201)
    expect((await client.call('POST', `/api/widgets/${widget!.data.id}/restore`, { as: owner })).status).toBe(
      429,
    )
    const key = () =>
      client.call('POST', '/api/auth/api-keys', { as: owner, body: { name: 'Key', scopes: ['view_usage'] } })
    expect([(await key()).status, (await key()).status]).toEqual([201, 429])
  })

  test('is the first one for everybody who has chosen none, and without end on the last', async () => {
    const builder = await client.person('builder')
    expect((await allowanceOf(builder)).plan.id).toBe('starter')
    await client.call('PATCH', `/api/admin/users/${builder.user.id}`, {
      as: admin,
      body: { plan: 'enterprise' },
    })
    const { plan, limits } = await allowanceOf(builder)
    expect([plan.id, limits.projects]).toEqual(['enterprise', { allowed: true, unlimited: true, current: 0 }])
  })

  test('is changed by the platform only, and with features that can stand', async () => {
    const { data } = await client.call<Plan[]>('GET', '/api/plans', { as: admin })
    expect(data.map(({ id }) => id)).toEqual(['starter', 'pro', 'enterprise', 'tiny'])
    const { id, ...starter } = data[0]!
    const put = (as: Login, changes: Partial<Plan>, plan = id) =>
      client.call<Plan>('PUT', `/api/plans/${plan}`, { as, body: { ...starter, ...changes } })
    expect((await put(await client.person('builder'), {})).status).toBe(403)
    expect((await put(admin, { features: ['white_label'] })).error.message).toContain(
      'requires enterprise_plan',
    )
    expect((await put(admin, {}, 'gold')).status).toBe(404)
    const builder = await client.person('builder')
    expect((await put(admin, { features: ['analytics'] })).status).toBe(200)
    const answer = await client.call('POST', '/api/auth/api-keys', {
      as: builder,
      body: { name: 'Key', scopes: ['create_projects'] },
    })
    expect([answer.status, answer.error.message]).toEqual([
      403,
      'The plan Starter does not include api access.',
    ])
    await handles.db.update(plans).set(starter).where(eq(plans.id, id))
  })
})
