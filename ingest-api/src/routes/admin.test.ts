import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AdminBuilder, AdminUser, AuditEntry, AuditSeal, BulkResult } from '../../../schema/wire/admin'
import type { Login, NewApiKey, Project } from '../../../schema/wire/api'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let admin: Login

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  admin = await client.person('super_admin')
})
afterAll(() => handles.close())

const bulk = (body: unknown) => client.call<BulkResult>('POST', '/api/admin/users/bulk', { as: admin, body })
const statusOfMe = async (as: Login) => (await client.call('GET', '/api/auth/me', { as })).status

describe('users', () => {
  test('one that is suspended is out at once, and back when restored', async () => {
    const person = await client.person('builder')
    const path = `/api/admin/users/${person.user.id}`
    const { data } = await client.call<AdminUser>('POST', `${path}/suspend`, { as: admin })
    expect(data).toMatchObject({ id: person.user.id, state: 'suspended' })
    expect(await statusOfMe(person)).toBe(401)
    const login = () =>
      client.call<Login>('POST', '/api/auth/login', {
        body: { email: person.user.email, password: 'a long password' },
      })
    expect((await login()).status).toBe(401)
    expect((await client.call<AdminUser>('POST', `${path}/restore`, { as: admin })).data.state).toBe('active')
    expect(await statusOfMe(person)).toBe(401)
    expect(await statusOfMe((await login()).data)).toBe(200)
  })

  test('one that is removed comes back, unless the address has a new account', async () => {
    const person = await client.person('end_user')
    const path = `/api/admin/users/${person.user.id}`
    expect((await client.call<AdminUser>('DELETE', path, { as: admin })).data.state).toBe('removed')
    const again = await client.call<Login>('POST', '/api/auth/register', {
      body: { email: person.user.email, password: 'a long password', name: 'Again', persona: 'builder' },
    })
    expect((await client.call('POST', `${path}/restore`, { as: admin })).status).toBe(409)
    await client.call('DELETE', `/api/admin/users/${again.data.user.id}`, { as: admin })
    expect((await client.call<AdminUser>('POST', `${path}/restore`, { as: admin })).data.state).toBe('active')
  })

  test('who loses a persona can no longer act as it', async () => {
    const person = await client.person('builder')
    const { data } = await client.call<AdminUser>('PATCH', `/api/admin/users/${person.user.id}`, {
      as: admin,
      body: { personas: ['end_user'], grants: ['view_revenue'], plan: 'pro' },
    })
    expect(data).toMatchObject({
      persona: 'end_user',
      personas: ['end_user'],
      grants: ['view_revenue'],
      plan: 'pro',
    })
    expect(await statusOfMe(person)).toBe(401)
  })

  test.each([
    ['a plan that is none', { plan: 'gold' }],
    ['a grant that is none', { grants: ['abc*def'] }],
    ['no persona', { personas: [] }],
    ['a password', { passwordHash: 'x' }],
  ])('refuses %s', async (_, body) => {
    const { status } = await client.call('PATCH', `/api/admin/users/${admin.user.id}`, { as: admin, body })
    expect(status).toBe(400)
  })

  test('a super admin locks nobody out by accident, least of all themselves', async () => {
    const path = `/api/admin/users/${admin.user.id}`
    const answers = [
      await client.call('POST', `${path}/suspend`, { as: admin }),
      await client.call('DELETE', path, { as: admin }),
      await client.call('PATCH', path, { as: admin, body: { personas: ['builder'] } }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409])
    expect(await statusOfMe(admin)).toBe(200)
  })
})

describe('many users at once', () => {
  test('each is done or refused by itself', async () => {
    const [one, two] = [await client.person('builder'), await client.person('end_user')]
    const nobody = `us_${'x'.repeat(21)}`
    const { status, data } = await bulk({
      action: 'suspend',
      ids: [one.user.id, nobody, admin.user.id, two.user.id],
    })
    expect(status).toBe(200)
    expect(data.results).toMatchObject([
      { target: one.user.id, ok: true },
      { target: nobody, ok: false, code: 'RESOURCE_NOT_FOUND' },
      { target: admin.user.id, ok: false, code: 'RESOURCE_CONFLICT' },
      { target: two.user.id, ok: true },
    ])
    expect(await Promise.all([one, two].map(statusOfMe))).toEqual([401, 401])
    await bulk({ action: 'set_personas', ids: [one.user.id], personas: ['end_user', 'builder'] })
    const { data: user } = await client.call<AdminUser>('GET', `/api/admin/users/${one.user.id}`, {
      as: admin,
    })
    expect(user).toMatchObject({ personas: ['end_user', 'builder'], persona: 'builder', state: 'suspended' })
  })

  test('invited ones have an account, and an address is invited once', async () => {
    const people = ['zoe@example.com', 'Zoe@example.com'].map((email) => ({
      email,
      name: 'Zoe',
      personas: ['builder'],
    }))
    const { data } = await bulk({ action: 'invite', people })
    expect(data.results).toMatchObject([{ ok: true }, { ok: false, code: 'RESOURCE_CONFLICT' }])
    const found = await client.call<AdminUser[]>('GET', '/api/admin/users?search=zoe@', { as: admin })
    expect(found.data).toMatchObject([{ email: 'zoe@example.com', state: 'active', lastSeenAt: null }])
    const query = `action=user.create&resourceId=${found.data[0]!.id}`
    const log = await client.call<AuditEntry[]>('GET', `/api/admin/audit-logs?${query}`, { as: admin })
    expect(log.data.map(({ actor }) => actor?.id)).toEqual([admin.user.id])
  })

  test.each([
    ['nobody', { action: 'suspend', ids: [] }],
    ['too many', { action: 'suspend', ids: Array.from({ length: 101 }, () => `us_${'x'.repeat(21)}`) }],
    ['an unknown action', { action: 'promote', ids: [`us_${'x'.repeat(21)}`] }],
  ])('refuses %s', async (_, body) => expect((await bulk(body)).status).toBe(400))
})

test('builders are shown with what came of their work', async () => {
  const builder = await client.person('builder')
  const owner = await client.person('end_user')
  const project = await client.releasedProject(builder)
  await client.implement(owner, project.id)
  const { data, pagination } = await client.call<AdminBuilder[]>(
    'GET',
    '/api/admin/builders?sort=implementations&limit=1',
    { as: admin },
  )
  expect(data).toMatchObject([
    { id: builder.user.id, projects: 1, implementations: 1, revenue: 0, currency: 'USD' },
  ])
  expect(pagination.total).toBeGreaterThan(1)
})

describe('listing', () => {
  const submit = (as: Login, id: string) => client.call<Project>('POST', `/api/projects/${id}/submit`, { as })
  const review = (id: string, body: unknown) =>
    client.call<Project>('PATCH', `/api/admin/projects/${id}`, { as: admin, body })

  test('a project is submitted, refused with a reason, submitted again and approved', async () => {
    const builder = await client.person('builder')
    const { id } = await client.releasedProject(builder)
    expect((await submit(builder, id)).data.status).toBe('in_review')
    expect((await submit(builder, id)).status).toBe(409)
    expect((await review(id, { decision: 'reject' })).status).toBe(400)
    const refused = await review(id, { decision: 'reject', reason: 'The title says nothing.' })
    expect(refused.data).toMatchObject({ status: 'draft', reviewNote: 'The title says nothing.' })
    await submit(builder, id)
    expect((await review(id, { decision: 'approve' })).data).toMatchObject({
      status: 'published',
      reviewNote: null,
    })
    expect((await review(id, { decision: 'approve' })).status).toBe(409)
  })

  test('nothing is submitted before something is released', async () => {
    const builder = await client.person('builder')
    const { data } = await client.call<Project>('POST', '/api/projects', {
      as: builder,
      body: { name: 'New' },
    })
    expect((await submit(builder, data.id)).status).toBe(409)
  })

  test('a suspended project is offered no longer, until it is restored', async () => {
    const builder = await client.person('builder')
    const owner = await client.person('end_user')
    const { id } = await client.releasedProject(builder)
    await review(id, { decision: 'suspend', reason: 'It is broken.' })
    expect((await client.implement(owner, id)).status).toBe(404)
    await review(id, { decision: 'restore' })
    expect((await client.implement(owner, id)).status).toBe(201)
  })
})

describe('the audit log', () => {
  test('says who did what to whom, and is asked by each of them', async () => {
    const person = await client.person('builder')
    const { headers } = await client.call('PATCH', `/api/admin/users/${person.user.id}`, {
      as: admin,
      body: { name: 'Renamed' },
    })
    const requestId = headers.get('x-request-id')
    for (const query of [`requestId=${requestId}`, `resourceId=${person.user.id}&action=user.update`]) {
      const { data } = await client.call<AuditEntry[]>('GET', `/api/admin/audit-logs?${query}`, { as: admin })
      expect(data).toMatchObject([
        {
          actor: { id: admin.user.id, persona: 'super_admin' },
          action: 'user.update',
          resource: { type: 'user', id: person.user.id },
          // Whose name it was is not for a log that never forgets.
          before: { personas: ['builder'], grants: [] },
          after: { renamed: true },
          requestId,
        },
      ])
    }
    const own = await client.call<AuditEntry[]>('GET', `/api/admin/users/${person.user.id}/audit-logs`, {
      as: admin,
    })
    expect(own.data.map(({ action }) => action)).toEqual(['session.start', 'user.create'])
  })

  test('names the API key that acted, and is asked by address', async () => {
    const builder = await client.person('builder')
    const { data: key } = await client.call<NewApiKey>('POST', '/api/auth/api-keys', {
      as: builder,
      body: { name: 'Deploys', scopes: ['create_projects'] },
    })
    const body = { name: 'By a program' }
    await client.call('POST', '/api/projects', { as: { ...builder, accessToken: key.key }, body })
    const { data } = await client.call<AuditEntry[]>(
      'GET',
      `/api/admin/audit-logs?actor=${builder.user.email.toUpperCase()}`,
      { as: admin },
    )
    expect(data.map(({ action, key }) => [action, key])).toEqual([
      ['project.create', { id: key.id, name: 'Deploys' }],
      ['api_key.create', null],
      ['session.start', null],
      ['user.create', null],
    ])
  })

  test('cannot be changed or emptied', async () => {
    for (const statement of [
      sql`update audit_log set action = 'nothing'`,
      sql`delete from audit_log`,
      sql`truncate audit_log cascade`,
      sql`update audit_chain set hash = ''`,
      sql`delete from audit_chain`,
    ])
      await expect(handles.db.execute(statement)).rejects.toThrow()
  })

  test('is whole after many wrote at once, and names the first row that somebody changed', async () => {
    const seal = async () =>
      (await client.call<AuditSeal>('GET', '/api/admin/audit-logs/verify', { as: admin })).data
    const people = await Promise.all(Array.from({ length: 5 }, () => client.person('builder')))
    await Promise.all(
      people.flatMap((as) =>
        [1, 2, 3].map((n) => client.call('POST', '/api/projects', { as, body: { name: `Project ${n}` } })),
      ),
    )
    expect(await seal()).toMatchObject({ broken: null, head: expect.stringMatching(/^[0-9a-f]{64}$/) })

    /** What only somebody with the database's own superuser can do. */
    const behindTheTriggers = (statement: ReturnType<typeof sql>) =>
      handles.db.transaction(async (tx) => {
        await tx.execute(sql`set local session_replication_role = replica`)
        await tx.execute(statement)
      })
    const changed = 'The row is not what it was when it was written.'
    await behindTheTriggers(sql`delete from audit_log where id = 12`)
    expect((await seal()).broken).toMatchObject({ auditId: 12, reason: 'The row is gone.' })
    await behindTheTriggers(sql`update audit_log set key_id = 'ak_somebody' where id = 11`)
    expect((await seal()).broken).toMatchObject({ auditId: 11, reason: changed })
    await behindTheTriggers(sql`update audit_log set actor_id = 'us_somebody' where id = 9`)
    expect((await seal()).broken).toMatchObject({ auditId: 9, reason: changed })
  })
})
