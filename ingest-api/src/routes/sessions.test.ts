import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { users } from '../../../schema/tables/users'
import type { Login, Session, User } from '../../../schema/wire/api'
import { accounts, cookiesOf, handles, OWN_ORIGIN, PASSWORD, START } from '../testing-accounts'
import { createClient } from '../testing-client'

describe('cookies', () => {
  test('carry a session, and a change only from our own pages', async () => {
    const cookie = cookiesOf((await accounts.register()).headers)
    expect((await accounts.client.call('GET', '/api/auth/me', { headers: { cookie } })).status).toBe(200)
    const body = { name: 'Made by a page' }
    const from = async (headers: Record<string, string>) =>
      (await accounts.client.call('POST', '/api/projects', { headers: { cookie, ...headers }, body })).status
    expect(await from({})).toBe(403)
    expect(await from({ origin: 'null' })).toBe(403)
    expect(await from({ origin: 'https://evil.example' })).toBe(403)
    expect(await from({ origin: 'http://oriel.test.evil.example' })).toBe(403)
    expect(await from({ origin: OWN_ORIGIN })).toBe(201)
  })

  test('refresh a session, and only from our own pages', async () => {
    const cookie = cookiesOf((await accounts.register()).headers)
    const from = (headers: Record<string, string>) =>
      accounts.client.call<Login>('POST', '/api/auth/refresh', { headers: { cookie, ...headers } })
    expect((await from({})).status).toBe(403)
    const { status, data, headers } = await from({ origin: OWN_ORIGIN })
    expect(status).toBe(200)
    expect(data).not.toHaveProperty('refreshToken')
    expect(headers.getSetCookie()).toHaveLength(2)
    expect(cookiesOf(headers)).not.toBe(cookie)
  })

  test('are Secure where the server is reached by https', async () => {
    const secure = createClient({ ...handles, config: { ...handles.config, baseUrl: 'https://oriel.test' } })
    const { headers } = await secure.call('POST', '/api/auth/register', {
      body: { email: accounts.freshEmail(), password: PASSWORD, name: 'Ada', persona: 'builder' },
    })
    expect(headers.getSetCookie().every((cookie) => cookie.includes('; Secure'))).toBe(true)
  })

  test('of a session that somebody planted are replaced by signing in', async () => {
    const planted = cookiesOf((await accounts.register()).headers)
    const { data: victim } = await accounts.register()
    const login = await accounts.client.call<Login>('POST', '/api/auth/login', {
      headers: { cookie: planted, origin: OWN_ORIGIN },
      body: { email: victim.user.email, password: PASSWORD },
    })
    const [before, after] = [planted.split('; '), cookiesOf(login.headers).split('; ')]
    expect(after.filter((cookie) => before.includes(cookie))).toEqual([])
    const seen = await accounts.client.call<User>('GET', '/api/auth/me', {
      headers: { cookie: after.join('; ') },
    })
    expect(seen.data.id).toBe(victim.user.id)
  })

  test('end with the session, also when the access token is over', async () => {
    const { headers, data } = await accounts.register()
    handles.setNow(START + 3_600_000)
    const cookie = cookiesOf(headers)
    const logout = await accounts.client.call('POST', '/api/auth/logout', {
      headers: { cookie, origin: OWN_ORIGIN },
    })
    expect(logout.status).toBe(200)
    expect(cookiesOf(logout.headers)).toBe('oriel_access=; oriel_refresh=')
    handles.setNow(START)
    expect((await accounts.me(data)).error.code).toBe('AUTH_ERROR')
  })
})

describe('sessions', () => {
  test('are listed and ended one by one or all others', async () => {
    const first = (await accounts.register({ delivery: 'body' })).data
    const body = { email: first.user.email, password: PASSWORD, delivery: 'body' }
    const signIn = async () => (await accounts.client.call<Login>('POST', '/api/auth/login', { body })).data
    const [second, third] = [await signIn(), await signIn()]
    const { data: list } = await accounts.client.call<Session[]>('GET', '/api/auth/sessions', { as: second })
    expect(list).toHaveLength(3)
    expect(list.filter(({ current }) => current)).toHaveLength(1)
    const other = list.find(({ current }) => !current)!
    expect(
      (await accounts.client.call('DELETE', `/api/auth/sessions/${other.id}`, { as: second })).status,
    ).toBe(200)
    expect(
      (await accounts.client.call('DELETE', `/api/auth/sessions/${other.id}`, { as: second })).status,
    ).toBe(404)
    const ended = await accounts.client.call('DELETE', '/api/auth/sessions', { as: second })
    expect(ended.data).toEqual({ ended: 1 })
    expect([
      (await accounts.me(first)).status,
      (await accounts.me(second)).status,
      (await accounts.me(third)).status,
    ]).toEqual([401, 200, 401])
  })

  test('name their device, and when it was last seen to a minute', async () => {
    const agent =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
    const ada = (await accounts.register()).data
    const signIn = (headers: Record<string, string>) =>
      accounts.client.call<Login>('POST', '/api/auth/login', {
        headers,
        body: { email: ada.user.email, password: PASSWORD },
      })
    await signIn({ 'user-agent': agent })
    await signIn({ 'user-agent': 'oriel-cli/0.1.0 node' })
    handles.setNow(START + 59_999)
    const list = async () =>
      (await accounts.client.call<Session[]>('GET', '/api/auth/sessions', { as: ada })).data.map(
        ({ device, lastSeenAt, current }) => ({ device, seen: lastSeenAt - START, current }),
      )
    expect(await list()).toHaveLength(3)
    expect(await list()).toEqual(
      expect.arrayContaining([
        { device: 'an unknown device', seen: 0, current: true },
        { device: 'Safari on iOS', seen: 0, current: false },
        { device: 'oriel-cli', seen: 0, current: false },
      ]),
    )
    handles.setNow(START + 60_000)
    expect((await list())[0]).toEqual({ device: 'an unknown device', seen: 60_000, current: true })
  })

  test("of another user cannot be ended, nor one that isn't an id", async () => {
    const [mine, theirs] = [(await accounts.register()).data, (await accounts.register()).data]
    const [session] = (await accounts.client.call<Session[]>('GET', '/api/auth/sessions', { as: theirs }))
      .data
    for (const id of [session!.id, 'nonsense', '%00', `us_${'a'.repeat(21)}`])
      expect((await accounts.client.call('DELETE', `/api/auth/sessions/${id}`, { as: mine })).status).toBe(
        404,
      )
    expect((await accounts.me(theirs)).status).toBe(200)
  })
})

describe('the persona', () => {
  test('is switched to another that the user holds, and old access tokens stop', async () => {
    const { data } = await accounts.register()
    await handles.db
      .update(users)
      .set({ roles: ['builder', 'end_user'] })
      .where(eq(users.id, data.user.id))
    const switched = await accounts.client.call<Login>('POST', '/api/auth/persona', {
      as: data,
      body: { persona: 'end_user' },
    })
    expect(switched.data.user).toMatchObject({ persona: 'end_user', personas: ['builder', 'end_user'] })
    expect(switched.data.user.permissions).not.toContain('create_projects')
    expect((await accounts.me(data)).error.code).toBe('TOKEN_EXPIRED')
    expect((await accounts.me(switched.data)).data.persona).toBe('end_user')
  })

  test('is not switched where switching is turned off', async () => {
    const { data } = await accounts.register()
    await handles.db
      .update(users)
      .set({ roles: ['builder', 'end_user'] })
      .where(eq(users.id, data.user.id))
    const fixed = createClient({ ...handles, config: { ...handles.config, personaSwitching: false } })
    const body = { persona: 'end_user' }
    const { status, error } = await fixed.call('POST', '/api/auth/persona', { as: data, body })
    expect([status, error.code]).toEqual([403, 'PERMISSION_ERROR'])
    expect((await accounts.me(data)).data.persona).toBe('builder')
  })

  test('brings its permissions, and the user’s own grants stay', async () => {
    const { data } = await accounts.register()
    const grant = (permissions: string[]) =>
      handles.db.update(users).set({ permissions }).where(eq(users.id, data.user.id))
    const analytics = async () =>
      (await accounts.client.call('GET', '/api/analytics/platform', { as: data })).status
    expect(await analytics()).toBe(403)
    await grant(['platform.analytics.*'])
    expect(await analytics()).toBe(200)
    await grant(['platform.*.read'])
    expect(await analytics()).toBe(500)
  })

  test('is not switched to one that the user does not hold', async () => {
    const { data } = await accounts.register()
    const { status, error } = await accounts.client.call('POST', '/api/auth/persona', {
      as: data,
      body: { persona: 'super_admin' },
    })
    expect([status, error.code]).toEqual([403, 'PERMISSION_ERROR'])
  })
})
