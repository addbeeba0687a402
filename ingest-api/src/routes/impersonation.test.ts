import { eq } from 'drizzle-orm'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { users } from '../../../schema/tables/users'
import type { AuditEntry } from '../../../schema/wire/admin'
import type { Login, Session, User } from '../../../schema/wire/api'
import { IMPERSONATION_SECONDS } from '../accounts/impersonate'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let admin: Login
let owner: Login
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  admin = await client.person('super_admin')
  owner = await client.person('end_user')
})
afterEach(() => handles.setNow(undefined))
afterAll(() => handles.close())

const start = (as: Login, id: string, body: object = { reason: 'They asked for help' }) =>
  client.call<Login>('POST', `/api/admin/users/${id}/impersonate`, { as, body })
const look = async () => (await start(admin, owner.user.id)).data
const codeOf = async (method: string, path: string, as: Login) => {
  const { status, error } = await client.call(method, path, { as, body: method === 'GET' ? undefined : {} })
  return [status, error?.code]
}

describe('a super admin who looks through a user’s eyes', () => {
  test('sees what the user sees, and is told whose eyes these are until when', async () => {
    const project = await client.releasedProject(await client.person('builder'))
    const { data: widget } = await client.implement(owner, project.id)
    handles.setNow(Date.now())
    const eyes = await look()
    const { data: me } = await client.call<User>('GET', '/api/auth/me', { as: eyes })
    expect(me).toMatchObject({ id: owner.user.id, persona: 'end_user', permissions: owner.user.permissions })
    expect(me.impersonation).toEqual({
      by: { id: admin.user.id, name: admin.user.name },
      until: handles.now() + IMPERSONATION_SECONDS * 1000,
    })
    expect(eyes.user).toEqual(me)
    const { data } = await client.call<{ id: string }[]>('GET', '/api/end-users/me/widgets', { as: eyes })
    expect(data.map(({ id }) => id)).toEqual([widget.id])
    expect(await codeOf('GET', '/api/admin/users', eyes)).toEqual([403, 'PERMISSION_ERROR'])
  })

  test('holds a token that names both, and no refresh token', async () => {
    const eyes = await look()
    expect(decodeJwt(eyes.accessToken)).toMatchObject({ sub: owner.user.id, act: { sub: admin.user.id } })
    expect(eyes.expiresIn).toBe(30 * 60)
    expect(eyes).not.toHaveProperty('refreshToken')
  })

  test('changes nothing and goes on to nobody else', async () => {
    const eyes = await look()
    for (const [method, path] of [
      ['PATCH', '/api/auth/me'],
      ['POST', '/api/auth/api-keys'],
      ['POST', '/api/auth/persona'],
      ['POST', '/api/auth/logout'],
      ['POST', '/api/widgets/implement'],
      ['DELETE', '/api/auth/sessions'],
      ['POST', `/api/admin/users/${owner.user.id}/impersonate`],
    ] as const)
      expect([path, ...(await codeOf(method, path, eyes))]).toEqual([path, 403, 'READ_ONLY'])
  })

  test('is back as soon as it is ended, once', async () => {
    const eyes = await look()
    expect(await codeOf('DELETE', '/api/auth/impersonation', eyes)).toEqual([200, undefined])
    expect(await codeOf('GET', '/api/auth/me', eyes)).toEqual([401, 'AUTH_ERROR'])
    expect(await codeOf('DELETE', '/api/auth/impersonation', eyes)).toEqual([401, 'AUTH_ERROR'])
    expect(await codeOf('GET', '/api/auth/me', admin)).toEqual([200, undefined])
  })

  test('is back after half an hour, when the own session ends, and when the role is gone', async () => {
    const eyes = await look()
    handles.setNow(Date.now() + IMPERSONATION_SECONDS * 1000)
    expect((await codeOf('GET', '/api/auth/me', eyes))[0]).toBe(401)
    handles.setNow(undefined)

    const other = await client.person('super_admin')
    const { data: theirs } = await start(other, owner.user.id)
    await client.call('POST', '/api/auth/logout', { as: other })
    expect(await codeOf('GET', '/api/auth/me', theirs)).toEqual([401, 'AUTH_ERROR'])

    const former = await client.person('super_admin')
    const { data: last } = await start(former, owner.user.id)
    await handles.db
      .update(users)
      .set({ roles: ['builder'], persona: 'builder' })
      .where(eq(users.id, former.user.id))
    expect(await codeOf('GET', '/api/auth/me', last)).toEqual([401, 'AUTH_ERROR'])
  })

  test('has one look at a time', async () => {
    const [first, second] = [await look(), await look()]
    expect((await codeOf('GET', '/api/auth/me', first))[0]).toBe(401)
    expect((await codeOf('GET', '/api/auth/me', second))[0]).toBe(200)
  })

  test('leaves the cookie of the refresh token alone, which leads back', async () => {
    const response = await client.app.request(`/api/admin/users/${owner.user.id}/impersonate`, {
      method: 'POST',
      headers: { cookie: `oriel_access=${admin.accessToken}`, origin: 'http://oriel.test' },
      body: JSON.stringify({ reason: 'They asked for help' }),
    })
    const [cookie, ...others] = response.headers.getSetCookie()
    expect(others).toEqual([])
    expect(cookie).toMatch(/^oriel_access=[^;]+; Max-Age=1800; Path=\/; HttpOnly; SameSite=Lax$/)
    const ended = await client.app.request('/api/auth/impersonation', {
      method: 'DELETE',
      headers: { cookie: cookie!.split(';')[0]!, origin: 'http://oriel.test' },
    })
    expect(ended.headers.getSetCookie()).toEqual([expect.stringMatching(/^oriel_access=; Max-Age=0/)])
  })

  test('needs a reason, a user who may be looked at, and a person who asks', async () => {
    const other = await client.person('super_admin')
    const suspended = await client.person('builder')
    await client.call('POST', `/api/admin/users/${suspended.user.id}/suspend`, { as: admin })
    const { data: key } = await client.call<{ key: string }>('POST', '/api/auth/api-keys', {
      as: admin,
      body: { name: 'Admin', scopes: ['manage_users'] },
    })
    const answers = await Promise.all([
      start(admin, owner.user.id, {}),
      start(admin, owner.user.id, { reason: ' ' }),
      start(admin, owner.user.id, { reason: 'Help', persona: 'builder' }),
      start(admin, other.user.id),
      start(admin, admin.user.id),
      start(admin, suspended.user.id),
      start(admin, `us_${'x'.repeat(21)}`),
      start({ ...admin, accessToken: key.key }, owner.user.id),
    ])
    expect(answers.map(({ status, error }) => [status, error.code])).toEqual([
      [400, 'VALIDATION_ERROR'],
      [400, 'VALIDATION_ERROR'],
      [400, 'VALIDATION_ERROR'],
      [403, 'PERMISSION_ERROR'],
      [403, 'PERMISSION_ERROR'],
      [409, 'RESOURCE_CONFLICT'],
      [404, 'RESOURCE_NOT_FOUND'],
      [403, 'PERMISSION_ERROR'],
    ])
  })
})

describe('what remains of it', () => {
  test('is in the audit log, from beginning to end, and not among the user’s own sessions', async () => {
    const someone = await client.person('builder')
    const { data: eyes } = await start(admin, someone.user.id, { reason: 'Their page stays empty' })
    await client.call('DELETE', '/api/auth/impersonation', { as: eyes })
    const { data } = await client.call<AuditEntry[]>(
      'GET',
      `/api/admin/audit-logs?resourceType=user&resourceId=${someone.user.id}&actor=${admin.user.id}`,
      { as: admin },
    )
    expect(data.map(({ action, after }) => [action, after?.reason])).toEqual([
      ['impersonation.end', undefined],
      ['impersonation.start', 'Their page stays empty'],
    ])
    const { data: sessions } = await client.call<Session[]>('GET', '/api/auth/sessions', { as: someone })
    expect(sessions).toHaveLength(1)
  })

  test('is a line in the log for every look, with both ids', async () => {
    const eyes = await look()
    handles.logged.length = 0
    await client.call('GET', '/api/end-users/me/widgets', { as: eyes })
    const [line] = handles.logged.map((each) => JSON.parse(each) as Record<string, unknown>)
    expect(line).toMatchObject({
      userId: owner.user.id,
      byUserId: admin.user.id,
      method: 'GET',
      path: '/api/end-users/me/widgets',
    })
  })
})
