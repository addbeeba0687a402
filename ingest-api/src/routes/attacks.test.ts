import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AdminUser } from '../../../schema/wire/admin'
import type { Implementation, Login, Project, User } from '../../../schema/wire/api'
import { signAccessToken } from '../accounts/access-token'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let admin: Login
let builder: Login
let owner: Login
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  ;[admin, builder, owner] = [
    await client.person('super_admin'),
    await client.person('builder'),
    await client.person('end_user'),
  ]
})
afterAll(() => handles.close())

const statusOf = async (method: string, path: string, as: Login, body?: unknown) =>
  (await client.call(method, path, { as, body })).status

describe('somebody who sends more than was asked for', () => {
  test.each([
    ['POST', '/api/projects', { name: 'Mine', builderId: 'us_other', status: 'published' }],
    ['PATCH', '/api/auth/me', { name: 'Ada', persona: 'super_admin' }],
    ['PATCH', '/api/auth/me', { name: 'Ada', permissions: ['*'], isActive: true }],
    ['POST', '/api/auth/api-keys', { name: 'Key', scopes: ['create_projects'], persona: 'super_admin' }],
    ['POST', '/api/auth/persona', { persona: 'builder', userId: 'us_other' }],
  ])('changes nothing with %s %s %o', async (method, path, body) => {
    const before = await client.call<User>('GET', '/api/auth/me', { as: builder })
    const { status, error } = await client.call(method, path, { as: builder, body })
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect((await client.call<User>('GET', '/api/auth/me', { as: builder })).data).toEqual(before.data)
  })

  test.each([{ persona: 'super_admin' }, { persona: 'builder', personas: ['super_admin'] }])(
    'is not registered with %o',
    async (more) => {
      const body = { email: 'mallory@example.com', password: 'a long password', name: 'Mallory', ...more }
      expect((await client.call('POST', '/api/auth/register', { body })).status).toBe(400)
    },
  )

  test('gets an API key for no more than the active persona may do', async () => {
    for (const scopes of [['*'], ['platform.*'], ['manage_users'], ['builder.*'], ['account.widgets.manage']])
      expect(
        await statusOf('POST', '/api/auth/api-keys', builder, { name: 'Key', scopes }),
        scopes.join(),
      ).toBe(400)
  })
})

describe('JSON that is meant to do harm', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('finds no way in by %s', async (name) => {
    const body = `{"name":"Poll","${name}":{"persona":"super_admin","isAdmin":true}}`
    expect(await statusOf('POST', '/api/projects', builder, body)).toBe(400)
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
    expect(({} as Record<string, unknown>).persona).toBeUndefined()
  })

  test('in a widget’s configuration is no setting, and changes no object', async () => {
    const project = await client.releasedProject(builder)
    const { data } = await client.implement(owner, project.id)
    const path = `/api/widgets/${data.id}/configuration`
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const body = `{"configuration":{"${name}":{"polluted":true}}}`
      expect([200, 400]).toContain(await statusOf('PATCH', path, owner, body))
    }
    const { data: now } = await client.call<Implementation>('GET', `/api/widgets/${data.id}`, { as: owner })
    expect(Object.getOwnPropertyNames(now.configuration)).toEqual(Object.keys(data.configuration))
    expect(JSON.stringify(now.configuration)).not.toContain('polluted')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test.each([
    ['nested a thousand levels deep', '{"name":'.repeat(1000) + '1' + '}'.repeat(1000), 400],
    ['nested a hundred thousand levels deep', '['.repeat(100_000), 400],
    ['larger than any request needs', JSON.stringify({ name: 'x'.repeat(300 * 1024) }), 413],
    ['with a name as long as allowed bodies', JSON.stringify({ name: 'x'.repeat(200 * 1024) }), 400],
    ['a number beyond all numbers', '{"name":1e999}', 400],
    ['the same name twice, of which the last one counts', '{"name":"","name":7}', 400],
  ])('%s is refused', async (_, body, status) =>
    expect(await statusOf('POST', '/api/projects', builder, body)).toBe(status),
  )
})

describe('addresses that are meant to lead elsewhere', () => {
  test.each([
    '/api/projects/../admin/users',
    '/api/projects/%2e%2e/admin/users',
    '/api/projects/..%2fadmin%2fusers',
    '/api//admin/users',
    '/api/./admin/users',
    '/API/admin/users',
    '/api/admin/users/',
    '/api/admin/users%00',
    '/api/admin;x=1/users',
    '/api/admin/users?persona=super_admin&__proto__[persona]=super_admin',
  ])('%s gives a builder nothing of the platform', async (path) => {
    const response = await client.app.request(path, {
      headers: { authorization: `Bearer ${builder.accessToken}` },
    })
    expect([400, 403, 404]).toContain(response.status)
    expect(await response.text()).not.toContain(admin.user.email)
  })

  test.each([
    "pr_' or '1'='1",
    'pr_%25',
    'pr_../../etc/passwd',
    'pr_\n',
    '%E0%A4%A',
    'pr_' + 'x'.repeat(9000),
  ])('the id %j is one of nothing', async (id) => {
    const response = await client.app.request(
      `/api/projects/${id.includes('%E0') ? id : encodeURIComponent(id)}`,
      {
        headers: { authorization: `Bearer ${builder.accessToken}` },
      },
    )
    expect([400, 404]).toContain(response.status)
  })
})

describe('SQL in what is searched, sorted and filtered', () => {
  test.each([
    `search=${encodeURIComponent("' or 1=1 --")}`,
    `search=${encodeURIComponent("'; drop table users; --")}`,
    `search=${encodeURIComponent('\\')}`,
    'sort=name;drop table users',
    'sort=(select 1)',
    'order=desc, (select pg_sleep(5))',
    `slug=${encodeURIComponent("' or ''='")}`,
    'limit=1;select 1',
  ])('%s finds nothing of others, and nothing breaks', async (query) => {
    await client.call('POST', '/api/projects', { as: builder, body: { name: `Mine ${query}`.slice(0, 90) } })
    const other = await client.person('builder')
    const began = performance.now()
    const { status, data } = await client.call<Project[]>('GET', `/api/projects?${query}`, { as: other })
    expect(status === 400 || (status === 200 && data.length === 0)).toBe(true)
    expect(performance.now() - began).toBeLessThan(4_000)
  })

  test.each(['%', '_', '\\', '🦉', '"', "'", 'x'.repeat(10_000), '(((((', '\u202e', ' '])(
    'a super admin’s search for %j is answered or refused',
    async (search) => {
      const path = `/api/admin/users?search=${encodeURIComponent(search)}`
      const { status, data } = await client.call<AdminUser[]>('GET', path, { as: admin })
      expect(search.length > 100 ? [400] : [200]).toContain(status)
      const isFound = ({ id, name, email }: AdminUser) => `${id} ${name} ${email}`.includes(search.trim())
      if (status === 200) expect(data.every(isFound)).toBe(true)
    },
  )
})

describe('headers that are meant to be written into answers', () => {
  test('are refused by the platform before they are sent, and an odd one of the sender is no header of ours', async () => {
    const headers = { 'x-request-id': 'mine', 'x-forwarded-host': 'evil.example', host: 'evil.example' }
    const response = await client.app.request('/api/projects', {
      headers: { authorization: `Bearer ${builder.accessToken}`, ...headers },
    })
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.stringify([...response.headers])).not.toContain('evil.example')
  })

  test('a name with a line break is no name', async () => {
    for (const name of [
      'Poll\r\nSet-Cookie: a=b',
      'Poll\u0000',
      'Poll\u2028'.replace('\u2028', '\u001b[31m'),
    ])
      expect(await statusOf('POST', '/api/projects', builder, { name })).toBe(400)
  })
})

describe('a token that claims to look through somebody’s eyes', () => {
  const claims = () => {
    const payload = JSON.parse(Buffer.from(admin.accessToken.split('.')[1]!, 'base64url').toString()) as {
      sid: string
    }
    return { userId: owner.user.id, sessionId: payload.sid, persona: 'end_user' as const }
  }

  test('is refused when nobody began it, although we signed it', async () => {
    const impersonation = { id: `ip_${'x'.repeat(21)}`, byId: admin.user.id }
    const accessToken = await signAccessToken(handles, { ...claims(), impersonation })
    expect((await client.call('GET', '/api/auth/me', { as: { ...owner, accessToken } })).status).toBe(401)
  })

  test('is refused for another user, another persona and another super admin than it was begun for', async () => {
    const { data } = await client.call<Login>('POST', `/api/admin/users/${owner.user.id}/impersonate`, {
      as: admin,
      body: { reason: 'They asked for help' },
    })
    const { imp } = JSON.parse(Buffer.from(data.accessToken.split('.')[1]!, 'base64url').toString()) as {
      imp: string
    }
    const impersonation = { id: imp, byId: admin.user.id }
    const own = { ...claims(), impersonation }
    for (const [changes, status] of [
      [{}, 200],
      [{ userId: builder.user.id }, 401],
      [{ userId: admin.user.id, persona: 'super_admin' }, 401],
      [{ persona: 'builder' }, 401],
      [{ sessionId: `se_${'x'.repeat(21)}` }, 401],
      [{ impersonation: { id: imp, byId: owner.user.id } }, 401],
    ] as const) {
      const accessToken = await signAccessToken(handles, { ...own, ...changes })
      const answer = await client.call('GET', '/api/auth/me', { as: { ...owner, accessToken } })
      expect([changes, answer.status]).toEqual([changes, status])
    }
  })
})

test('the log of a whole journey holds no secret and nobody’s address or name', async () => {
  handles.logged.length = 0
  const password = 'a password nobody knows'
  const person = { email: 'grace.hopper@example.com', name: 'Grace Hopper' }
  const { data } = await client.call<Login>('POST', '/api/auth/register', {
    body: { ...person, password, persona: 'builder', delivery: 'body' },
  })
  const key = await client.call<{ key: string }>('POST', '/api/auth/api-keys', {
    as: data,
    body: { name: 'Key', scopes: ['create_projects'] },
  })
  await client.call('POST', '/api/auth/login', { body: { email: person.email, password: `${password}!` } })
  await client.call('POST', '/api/auth/login', { body: { email: person.email, password } })
  await client.call('POST', '/api/auth/forgot', { body: { email: person.email } })
  await client.call('POST', '/api/auth/refresh', { body: { refreshToken: data.refreshToken } })
  await client.call('POST', '/api/auth/reset', { body: { token: 'x'.repeat(40), password } })
  await client.call('GET', `/api/admin/users?search=${person.email}`, { as: admin })
  await client.call('POST', `/api/admin/users/${data.user.id}/impersonate`, {
    as: admin,
    body: { reason: 'Grace asked' },
  })
  await client.call('GET', '/api/projects', { headers: { authorization: `Bearer ${key.data.key}x` } })
  await client.call('PATCH', '/api/auth/me', { as: data, body: { name: 'Grace' } })
  await client.call('POST', '/api/auth/logout', { as: data })
  const log = handles.logged.join('\n')
  expect(log).toContain('a sign-in was refused')
  for (const secret of [
    password,
    person.email,
    'Hopper',
    data.accessToken,
    data.accessToken.split('.')[2]!,
    data.refreshToken!,
    key.data.key,
  ])
    expect(log).not.toContain(secret)
})
