import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { apiKeys } from '../../../schema/tables/api-keys'
import { users } from '../../../schema/tables/users'
import type { ApiKey, Login, NewApiKey, User } from '../../../schema/wire/api'
import type { Persona } from '../../../schema/wire/permission'
import { isApiKey, newApiKey } from '../accounts/api-key'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

const START = Date.UTC(2026, 10, 20, 12)
const MINUTE = 60_000

let handles: TestHandles
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())
beforeEach(() => handles.setNow(START))

const create = (as: Login, more: Record<string, unknown> = {}) =>
  client.call<NewApiKey>('POST', '/api/auth/api-keys', {
    as,
    body: { name: 'Build server', scopes: ['create_projects'], ...more },
  })
const list = async (as: Login) => (await client.call<ApiKey[]>('GET', '/api/auth/api-keys', { as })).data
const call = (key: string, method: string, path: string, body?: unknown) =>
  client.call(method, path, { headers: { authorization: `Bearer ${key}` }, body })
const statusOf = async (key: string, path = '/api/projects') => (await call(key, 'GET', path)).status

describe('the form of a key', () => {
  test('carries a checksum that every changed character breaks', () => {
    const key = newApiKey()
    expect(key).toMatch(/^ok_[0-9A-Za-z]{36}$/)
    expect(isApiKey(key)).toBe(true)
    for (let at = 3; at < key.length; at++) {
      const other = key[at] === 'x' ? 'y' : 'x'
      expect(isApiKey(key.slice(0, at) + other + key.slice(at + 1))).toBe(false)
    }
  })

  test('never repeats', () => expect(new Set(Array.from({ length: 1000 }, newApiKey)).size).toBe(1000))
})

describe('an API key', () => {
  test('is shown once, listed without itself, and stored as a digest', async () => {
    const builder = await client.person('builder')
    const { status, data } = await create(builder, { expiresAt: START + MINUTE })
    expect(status).toBe(201)
    const { key, ...shown } = data
    expect(isApiKey(key)).toBe(true)
    expect(shown).toEqual({
      id: expect.stringMatching(/^ak_/),
      name: 'Build server',
      hint: key.slice(0, 7),
      persona: 'builder',
      scopes: ['create_projects'],
      createdAt: START,
      expiresAt: START + MINUTE,
      lastUsedAt: null,
    })
    expect(await list(builder)).toEqual([shown])
    const rows = await handles.db.select().from(apiKeys)
    expect(JSON.stringify(rows)).not.toContain(key.slice(7))
  })

  test('works wherever an access token does', async () => {
    const builder = await client.person('builder')
    const { key } = (await create(builder)).data
    expect((await call(key, 'POST', '/api/projects', { name: 'Poll' })).status).toBe(201)
    const me = await call(key, 'GET', '/api/auth/me')
    expect((me.data as User).id).toBe(builder.user.id)
  })

  test('needs the scope as well as the role', async () => {
    const builder = await client.person('builder')
    const { key } = (await create(builder, { scopes: ['view_revenue'] })).data
    expect(await statusOf(key)).toBe(403)
    expect(await statusOf(key, '/api/builders/me/projects')).toBe(403)
    expect(await statusOf(key, '/api/builders/me/dashboard')).toBe(200)
    const refused = await create(builder, { scopes: ['create_projects', 'manage_users', '*'] })
    expect([refused.status, refused.error.details?.fields?.map(({ path }) => path)]).toEqual([
      400,
      ['scopes.1', 'scopes.2'],
    ])
  })

  test('loses what its user loses', async () => {
    const builder = await client.person('builder')
    await handles.db
      .update(users)
      .set({ permissions: ['view_usage'] })
      .where(eq(users.id, builder.user.id))
    const { key } = (await create(builder, { scopes: ['create_projects', 'view_usage'] })).data
    const permissions = async () => {
      const { status, data } = await call(key, 'GET', '/api/auth/me')
      return status === 200 ? (data as User).permissions : status
    }
    expect(await permissions()).toEqual(['create_projects', 'view_usage'])
    const change = (values: Partial<typeof users.$inferInsert>) =>
      handles.db.update(users).set(values).where(eq(users.id, builder.user.id))
    await change({ permissions: [] })
    expect(await permissions()).toEqual(['create_projects'])
    await change({ persona: 'end_user', roles: ['end_user'] })
    expect(await permissions()).toBe(401)
    await change({ persona: 'builder', roles: ['builder'], isActive: false })
    expect(await permissions()).toBe(401)
  })

  test.each(['nonsense', 'create_projects.*', 'builder.*.create', ''])('has no scope %j', async (scope) =>
    expect((await create(await client.person('builder'), { scopes: [scope] })).status).toBe(400),
  )

  test('ends when it says and when it is revoked', async () => {
    const builder = await client.person('builder')
    const { data } = await create(builder, { expiresAt: START + MINUTE })
    expect(await statusOf(data.key)).toBe(200)
    handles.setNow(START + MINUTE)
    expect(await statusOf(data.key)).toBe(401)
    handles.setNow(START)
    const revoke = () => client.call('DELETE', `/api/auth/api-keys/${data.id}`, { as: builder })
    expect((await revoke()).status).toBe(200)
    expect(await statusOf(data.key)).toBe(401)
    expect((await revoke()).status).toBe(404)
    expect(await list(builder)).toEqual([])
  })

  test('cannot end before it begins', async () =>
    expect((await create(await client.person('builder'), { expiresAt: START })).status).toBe(400))

  test('of another user cannot be seen or revoked', async () => {
    const [mine, theirs] = [await client.person('builder'), await client.person('builder')]
    const { data } = await create(theirs)
    expect(await list(mine)).toEqual([])
    expect((await client.call('DELETE', `/api/auth/api-keys/${data.id}`, { as: mine })).status).toBe(404)
    expect(await statusOf(data.key)).toBe(200)
  })

  test('notes its use once a minute', async () => {
    const builder = await client.person('builder')
    const { key } = (await create(builder)).data
    const usedAt = async (after: number) => {
      handles.setNow(START + after)
      await statusOf(key)
      handles.setNow(START)
      return (await list(builder))[0]!.lastUsedAt! - START
    }
    expect(await usedAt(1000)).toBe(1000)
    expect(await usedAt(MINUTE)).toBe(1000)
    expect(await usedAt(MINUTE + 1000)).toBe(MINUTE + 1000)
  })

  test.each([
    ['GET', '/api/auth/api-keys'],
    ['POST', '/api/auth/api-keys'],
    ['GET', '/api/auth/sessions'],
    ['DELETE', '/api/auth/sessions'],
    ['POST', '/api/auth/persona'],
    ['POST', '/api/auth/logout'],
  ])('may not %s %s', async (method, path) => {
    const { key } = (await create(await client.person('builder'))).data
    const { status, error } = await call(key, method, path, method === 'POST' ? {} : undefined)
    expect([status, error.code]).toEqual([403, 'PERMISSION_ERROR'])
  })

  test.each(['ok_', 'ok_short', `ok_${'a'.repeat(36)}`, newApiKey()])('%s is nobody’s', async (key) => {
    const { status, error } = await call(key, 'GET', '/api/projects')
    expect([status, error.code]).toEqual([401, 'TOKEN_INVALID'])
  })

  test('is not taken from a cookie', async () => {
    const { key } = (await create(await client.person('builder'))).data
    const headers = { cookie: `oriel_access=${key}` }
    expect((await client.call('GET', '/api/projects', { headers })).status).toBe(401)
  })
})

/** Routes that need no permission: open to everybody, or about nothing but oneself. */
const OPEN = [
  'GET /.well-known/jwks.json',
  'GET /api/auth/me',
  'GET /api/auth/oauth',
  'GET /api/auth/oauth/:provider',
  'GET /api/auth/oauth/:provider/callback',
  'GET /api/jobs',
  'GET /api/jobs/:id',
  'GET /api/limits',
  'GET /api/marketplace',
  'GET /api/marketplace/:id',
  'GET /api/modules/:id/runtime',
  'GET /api/plans',
  'GET /docs',
  'GET /health',
  'GET /metrics',
  'GET /oembed',
  'GET /openapi.json',
  'GET /w/:id',
  'GET /w/:id/launcher.js',
  'OPTIONS /v1/events',
  'POST /api/auth/forgot',
  'POST /api/auth/login',
  'POST /api/auth/login/second-factor',
  'POST /api/auth/register',
  'POST /api/auth/reset',
  'POST /api/auth/restore',
  'POST /api/auth/verify',
  'POST /v1/events',
]

test.each([
  ['builder', 'purchase_templates'],
  ['end_user', 'purchase_widgets'],
  ['super_admin', 'purchase_templates'],
] as const)('a key of a %s that may only %s reaches nothing else', async (persona, scope) => {
  const owner = await client.person(persona)
  // What can be the owner's own is, so that nothing is refused for being somebody else's.
  const ownOr = (other: Persona) => (persona === other ? owner : client.person(other))
  const project = await client.releasedProject(await ownOr('builder'))
  const { data: implementation } = await client.implement(await ownOr('end_user'), project.id)
  const { key } = (await create(owner, { scopes: [scope] })).data
  const room: Record<string, string> = {
    widgets: implementation.id,
    modules: implementation.id,
    w: implementation.id,
    builders: 'me',
    'end-users': 'me',
    users: owner.user.id,
  }
  const reached: string[] = []
  for (const { method, path } of client.app.routes) {
    if (method === 'ALL' || OPEN.includes(`${method} ${path}`) || path === '/api/widgets/implement') continue
    const place = path.split('/').find((part) => part in room)
    const address = path
      .replace(':id', place ? room[place]! : project.id)
      .replace(':channel', 'stable')
      .replace(':provider', 'google')
      .replace(':session', `se_${'x'.repeat(16)}`)
    const response = await client.app.request(address, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(method !== 'GET' && { body: path.endsWith('/status') ? '{"status":"paused"}' : '{}' }),
    })
    if (![401, 403].includes(response.status)) reached.push(`${method} ${path} ${response.status}`)
  }
  expect(reached).toEqual([])
})
