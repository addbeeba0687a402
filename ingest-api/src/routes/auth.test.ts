import { createHook } from 'node:async_hooks'
import { asc, eq, sql } from 'drizzle-orm'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  SignJWT,
  UnsecuredJWT,
  type JWTHeaderParameters,
  type ProduceJWT,
} from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '../../../schema/tables/audit'
import { refreshTokens, sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { Login, Session, User } from '../../../schema/wire/api'
import { hashPassword, verifyPassword } from '../accounts/password'
import { getSigningKeys } from '../accounts/signing-keys'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

const START = Date.UTC(2026, 10, 20, 12)
const OWN = 'http://oriel.test'
const PASSWORD = 'correct horse battery'

let handles: TestHandles
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())
beforeEach(() => handles.setNow(START))

let counter = 0
const freshEmail = () => `ada${++counter}@example.com`
const register = (more: Record<string, unknown> = {}) =>
  client.call<Login>('POST', '/api/auth/register', {
    body: { email: freshEmail(), password: PASSWORD, name: 'Ada', persona: 'builder', ...more },
  })
const refresh = (refreshToken: string | undefined) =>
  client.call<Login>('POST', '/api/auth/refresh', { body: { refreshToken } })
const me = (as: Login) => client.call<User>('GET', '/api/auth/me', { as })

/** Cookies as a browser would send them back. */
const cookiesOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

describe('registering', () => {
  test('answers the user, an access token and both cookies', async () => {
    const { status, data, headers } = await register({ email: 'Grace@Example.com ' })
    expect(status).toBe(201)
    expect(data).toMatchObject({
      user: { email: 'grace@example.com', name: 'Ada', persona: 'builder', personas: ['builder'] },
      expiresIn: 900,
    })
    expect(data.user.permissions).toContain('create_projects')
    expect(data).not.toHaveProperty('refreshToken')
    expect(JSON.stringify(data)).not.toContain('scrypt')
    const [access, refresh] = headers.getSetCookie()
    expect(access).toMatch(/^oriel_access=[^;]+; Max-Age=900; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(refresh).toMatch(/^oriel_refresh=[^;]+; Max-Age=604800; Path=\/api\/auth; HttpOnly; SameSite=Lax$/)
    expect((await me(data)).data).toEqual(data.user)
  })

  test('refuses an address that has an account, in any spelling', async () => {
    await register({ email: 'twice@example.com' })
    const { status, error } = await register({ email: 'Twice@Example.COM' })
    expect([status, error.code]).toEqual([409, 'RESOURCE_CONFLICT'])
  })

  test('opens one account when two requests race for an address', async () => {
    const email = freshEmail()
    const statuses = (await Promise.all([register({ email }), register({ email })])).map(
      ({ status }) => status,
    )
    expect(statuses.sort()).toEqual([201, 409])
  })

  test.each([
    ['email', { email: 'nobody' }, 'Must be an email address.'],
    ['password', { password: 'short' }, 'Must have at least 10 characters.'],
    ['password', { password: 'x'.repeat(201) }, 'Must have at most 200 characters.'],
    ['name', { name: '  ' }, 'Must not be empty.'],
    ['name', { name: 7 }, 'Must be a text.'],
    ['persona', { persona: 'super_admin' }, 'Must be one of builder, end_user.'],
    ['persona', { persona: undefined }, 'Is required.'],
    ['roles', { roles: ['super_admin'] }, 'Is not known here.'],
    ['isActive', { isActive: true }, 'Is not known here.'],
  ])('refuses a wrong %s', async (path, more, message) => {
    const { status, error } = await register(more)
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(error.details?.fields).toEqual([{ path, message }])
  })

  test('names every wrong field at once', async () => {
    const { error } = await client.call('POST', '/api/auth/register', { body: {} })
    expect(error.details?.fields?.map(({ path }) => path)).toEqual(['email', 'password', 'name', 'persona'])
    expect(error.message).toBe(
      'email: Is required. password: Is required. name: Is required. persona: Is required.',
    )
  })

  test.each([
    ['text that is not JSON', '{"email":', 400, 'MALFORMED_REQUEST'],
    ['nothing', '', 400, 'MALFORMED_REQUEST'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, 'MALFORMED_REQUEST'],
    ['a list', '[]', 400, 'VALIDATION_ERROR'],
    ['a NUL character', '{"email":"a\\u0000@example.com"}', 400, 'MALFORMED_REQUEST'],
    ['half a surrogate pair', '{"email":"\\ud800"}', 400, 'MALFORMED_REQUEST'],
    ['endless nesting', '['.repeat(100_000) + ']'.repeat(100_000), 400, 'MALFORMED_REQUEST'],
    ['a prototype', '{"__proto__":{"persona":"builder"}}', 400, 'VALIDATION_ERROR'],
    ['far too much', JSON.stringify({ name: 'x'.repeat(300_000) }), 413, 'PAYLOAD_TOO_LARGE'],
  ])('refuses a body that is %s', async (_, body, status, code) => {
    const answer = await client.call('POST', '/api/auth/register', { body })
    expect([answer.status, answer.error.code]).toEqual([status, code])
  })
})

describe('signing in', () => {
  test('works with the address in any spelling', async () => {
    const { data } = await register({ email: 'mixed@example.com' })
    const login = await client.call<Login>('POST', '/api/auth/login', {
      body: { email: ' MIXED@example.com', password: PASSWORD },
    })
    expect([login.status, login.data.user]).toEqual([200, data.user])
  })

  test('answers the same to a wrong password, an unknown address and a suspended account', async () => {
    const { data } = await register({ email: 'gone@example.com' })
    await handles.db.update(users).set({ isActive: false }).where(eq(users.id, data.user.id))
    const { user } = (await register()).data
    const attempts = [
      { email: user.email, password: 'a wrong password' },
      { email: 'unknown@example.com', password: PASSWORD },
      { email: 'gone@example.com', password: PASSWORD },
    ]
    const answers = await Promise.all(
      attempts.map((body) => client.call('POST', '/api/auth/login', { body })),
    )
    expect(new Set(answers.map(({ status, error }) => `${status} ${error.code} ${error.message}`)).size).toBe(
      1,
    )
    expect(answers[0]!.status).toBe(401)
  })

  test('works as hard for an unknown address as for a wrong password', async () => {
    const stored = await hashPassword(PASSWORD)
    const derivations = async (hash: string | undefined) => {
      let count = 0
      const hook = createHook({ init: (_, type) => type === 'SCRYPTREQUEST' && count++ }).enable()
      expect(await verifyPassword('a wrong password', hash)).toBe(false)
      hook.disable()
      return count
    }
    expect(await derivations(stored)).toBe(1)
    expect(await derivations(undefined)).toBe(1)
  })

  test('keeps a password as salted scrypt with its parameters', async () => {
    const [first, second] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)])
    expect(first).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(first).not.toBe(second)
    expect(await verifyPassword(PASSWORD, first)).toBe(true)
  })

  test('gives a program its refresh token in the body and no cookie', async () => {
    const { data, headers } = await register({ delivery: 'body' })
    expect(data.refreshToken).toHaveLength(43)
    expect(headers.getSetCookie()).toEqual([])
  })

  test("refuses to be driven by another site's page", async () => {
    const { status, error } = await client.call('POST', '/api/auth/login', {
      headers: { origin: 'https://evil.example' },
      body: { email: 'a@example.com', password: PASSWORD },
    })
    expect([status, error.code]).toEqual([403, 'PERMISSION_ERROR'])
  })
})

describe('an access token', () => {
  const sessionOf = (login: Login) =>
    (JSON.parse(Buffer.from(login.accessToken.split('.')[1]!, 'base64url').toString()) as { sid: string }).sid
  /** The server's own key, as somebody would have it who read the memory of the process. */
  const ownKey = async () => (await getSigningKeys(handles))[0]!
  const claims = <T extends ProduceJWT>(token: T, login: Login): T =>
    token
      .setSubject(login.user.id)
      .setIssuer('oriel')
      .setAudience('oriel:api')
      .setIssuedAt(START / 1000)
      .setExpirationTime(START / 1000 + 900)
  const signed = (login: Login, header: Partial<JWTHeaderParameters> = {}) =>
    claims(new SignJWT({ sid: sessionOf(login), persona: 'builder' }), login).setProtectedHeader({
      alg: 'ES256',
      ...header,
    })

  test.each<[string, (login: Login) => Promise<string> | string]>([
    [
      'another key under our name',
      async (login) =>
        signed(login, { kid: (await ownKey()).kid }).sign((await generateKeyPair('ES256')).privateKey),
    ],
    [
      'a key that we do not know',
      async (login) => signed(login, { kid: 'elsewhere' }).sign((await ownKey()).privateJwk),
    ],
    ['no name of a key', async (login) => signed(login).sign((await ownKey()).privateJwk)],
    [
      'our public key taken for a secret',
      async (login) => {
        const { kid, publicJwk } = await ownKey()
        const pem = await exportSPKI((await importJWK(publicJwk, 'ES256')) as CryptoKey)
        return signed(login, { alg: 'HS256', kid }).sign(new TextEncoder().encode(pem))
      },
    ],
    [
      'the secret of another purpose',
      async (login) => signed(login, { alg: 'HS256', kid: (await ownKey()).kid }).sign(handles.keys.session),
    ],
    [
      'a key in its own header',
      async (login) => {
        const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
        const { kid } = await ownKey()
        return signed(login, { kid, jwk: await exportJWK(publicKey) }).sign(privateKey)
      },
    ],
    [
      'another audience',
      async (login) => {
        const { kid, privateJwk } = await ownKey()
        return signed(login, { kid }).setAudience('oriel:events').sign(privateJwk)
      },
    ],
    [
      'another issuer',
      async (login) => {
        const { kid, privateJwk } = await ownKey()
        return signed(login, { kid }).setIssuer('elsewhere').sign(privateJwk)
      },
    ],
    [
      'no algorithm',
      (login) => claims(new UnsecuredJWT({ sid: sessionOf(login), persona: 'builder' }), login).encode(),
    ],
    [
      'no algorithm but the name of our key',
      async ({ accessToken }) => {
        const header = { alg: 'none', kid: (await ownKey()).kid }
        return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${accessToken.split('.')[1]}.`
      },
    ],
    ['a changed payload', ({ accessToken }) => accessToken.replace(/\.(.{8})/, '.AAAAAAAA')],
    ['no form at all', () => 'nonsense'],
  ])('with %s is refused', async (_, forge) => {
    const { data } = await register()
    const { status, error } = await me({ ...data, accessToken: await forge(data) })
    expect([status, error.code]).toEqual([401, 'TOKEN_INVALID'])
  })

  test('is accepted when everything is as it should be', async () => {
    const { data } = await register()
    const { kid, privateJwk } = await ownKey()
    const accessToken = await signed(data, { kid }).sign(privateJwk)
    expect((await me({ ...data, accessToken })).status).toBe(200)
  })

  test('ends after fifteen minutes', async () => {
    const { data } = await register()
    handles.setNow(START + 899_000)
    expect((await me(data)).status).toBe(200)
    handles.setNow(START + 901_000)
    expect((await me(data)).error.code).toBe('TOKEN_EXPIRED')
  })

  test.each<[string, Partial<typeof users.$inferInsert>]>([
    ['suspended', { isActive: false }],
    ['deleted', { deletedAt: new Date(START) }],
    ['no longer of that persona', { persona: 'end_user', roles: ['end_user'] }],
  ])('of a user who is %s ends at once', async (_, change) => {
    const { data } = await register()
    await handles.db.update(users).set(change).where(eq(users.id, data.user.id))
    expect((await me(data)).status).toBe(401)
  })

  test.each([undefined, 'Basic YTpi', 'Bearer', 'Bearer a b'])(
    'is asked for when the header is %s',
    async (header) => {
      const { status, error } = await client.call(
        'GET',
        '/api/auth/me',
        header ? { headers: { authorization: header } } : {},
      )
      expect([status, error.code]).toEqual([401, 'AUTH_ERROR'])
    },
  )
})

describe('cookies', () => {
  test('carry a session, and a change only from our own pages', async () => {
    const cookie = cookiesOf((await register()).headers)
    expect((await client.call('GET', '/api/auth/me', { headers: { cookie } })).status).toBe(200)
    const body = { name: 'Made by a page' }
    const from = async (headers: Record<string, string>) =>
      (await client.call('POST', '/api/projects', { headers: { cookie, ...headers }, body })).status
    expect(await from({})).toBe(403)
    expect(await from({ origin: 'null' })).toBe(403)
    expect(await from({ origin: 'https://evil.example' })).toBe(403)
    expect(await from({ origin: 'http://oriel.test.evil.example' })).toBe(403)
    expect(await from({ origin: OWN })).toBe(201)
  })

  test('refresh a session, and only from our own pages', async () => {
    const cookie = cookiesOf((await register()).headers)
    const from = (headers: Record<string, string>) =>
      client.call<Login>('POST', '/api/auth/refresh', { headers: { cookie, ...headers } })
    expect((await from({})).status).toBe(403)
    const { status, data, headers } = await from({ origin: OWN })
    expect(status).toBe(200)
    expect(data).not.toHaveProperty('refreshToken')
    expect(headers.getSetCookie()).toHaveLength(2)
    expect(cookiesOf(headers)).not.toBe(cookie)
  })

  test('are Secure where the server is reached by https', async () => {
    const secure = createClient({ ...handles, config: { ...handles.config, baseUrl: 'https://oriel.test' } })
    const { headers } = await secure.call('POST', '/api/auth/register', {
      body: { email: freshEmail(), password: PASSWORD, name: 'Ada', persona: 'builder' },
    })
    expect(headers.getSetCookie().every((cookie) => cookie.includes('; Secure'))).toBe(true)
  })

  test('of a session that somebody planted are replaced by signing in', async () => {
    const planted = cookiesOf((await register()).headers)
    const { data: victim } = await register()
    const login = await client.call<Login>('POST', '/api/auth/login', {
      headers: { cookie: planted, origin: OWN },
      body: { email: victim.user.email, password: PASSWORD },
    })
    const [before, after] = [planted.split('; '), cookiesOf(login.headers).split('; ')]
    expect(after.filter((cookie) => before.includes(cookie))).toEqual([])
    const seen = await client.call<User>('GET', '/api/auth/me', { headers: { cookie: after.join('; ') } })
    expect(seen.data.id).toBe(victim.user.id)
  })

  test('end with the session, also when the access token is over', async () => {
    const { headers, data } = await register()
    handles.setNow(START + 3_600_000)
    const cookie = cookiesOf(headers)
    const logout = await client.call('POST', '/api/auth/logout', { headers: { cookie, origin: OWN } })
    expect(logout.status).toBe(200)
    expect(cookiesOf(logout.headers)).toBe('oriel_access=; oriel_refresh=')
    handles.setNow(START)
    expect((await me(data)).error.code).toBe('AUTH_ERROR')
  })
})

describe('refreshing', () => {
  const start = async () => (await register({ delivery: 'body' })).data

  test('spends the token and answers its successor', async () => {
    const first = await start()
    const { status, data: second } = await refresh(first.refreshToken)
    expect(status).toBe(200)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect((await me(second)).status).toBe(200)
    expect((await refresh(second.refreshToken)).status).toBe(200)
  })

  test('keeps two tabs signed in that refresh at once', async () => {
    const first = await start()
    const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(first.refreshToken)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const tokens = new Set(answers.map(({ data }) => data.refreshToken))
    expect(tokens.size).toBe(1)
    expect((await refresh([...tokens][0])).status).toBe(200)
  })

  test('replays the successor for ten seconds and then ends the whole session', async () => {
    const first = await start()
    const second = (await refresh(first.refreshToken)).data
    handles.setNow(START + 10_000)
    expect((await refresh(first.refreshToken)).data.refreshToken).toBe(second.refreshToken)
    handles.setNow(START + 10_001)
    expect((await refresh(first.refreshToken)).status).toBe(401)
    expect((await refresh(second.refreshToken)).status).toBe(401)
    expect((await me(second)).status).toBe(401)
    const audits = await handles.db
      .select({ after: auditLog.after, actorId: auditLog.actorId })
      .from(auditLog)
      .where(eq(auditLog.action, 'session.end'))
      .orderBy(asc(auditLog.id))
    expect(audits.at(-1)).toEqual({ after: { reason: 'reuse', userId: first.user.id }, actorId: null })
  })

  test('lasts seven days from the last refresh', async () => {
    const day = 24 * 3_600_000
    const first = await start()
    handles.setNow(START + 6 * day)
    const second = (await refresh(first.refreshToken)).data
    handles.setNow(START + 12 * day)
    const third = (await refresh(second.refreshToken)).data
    expect((await me(third)).status).toBe(200)
    handles.setNow(START + 19 * day + 1)
    expect((await refresh(third.refreshToken)).status).toBe(401)
  })

  test('loses against logging out', async () => {
    for (let run = 0; run < 5; run++) {
      const first = await start()
      const [refreshed] = await Promise.all([
        refresh(first.refreshToken),
        client.call('POST', '/api/auth/logout', { as: first }),
      ])
      expect((await me(first)).status).toBe(401)
      if (refreshed.status === 200) {
        expect((await me(refreshed.data)).status).toBe(401)
        expect((await refresh(refreshed.data.refreshToken)).status).toBe(401)
      }
    }
  })

  test.each([
    ['nothing', undefined],
    ['a stranger', 'A'.repeat(43)],
    ['an access token', 'eyJhbGciOiJub25lIn0.e30.'],
  ])('is refused with %s', async (_, token) => expect((await refresh(token)).status).toBe(401))

  test('of a suspended user is refused', async () => {
    const first = await start()
    await handles.db.update(users).set({ isActive: false }).where(eq(users.id, first.user.id))
    expect((await refresh(first.refreshToken)).status).toBe(401)
  })

  test('forgets spent tokens once they are over, and sessions a month later', async () => {
    const day = 24 * 3_600_000
    const first = await start()
    const tokens = () =>
      handles.db
        .select({ id: refreshTokens.sessionId })
        .from(refreshTokens)
        .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
        .where(eq(sessions.userId, first.user.id))
    let { refreshToken } = first
    for (let days = 1; days <= 20; days++) {
      handles.setNow(START + days * day)
      refreshToken = (await refresh(refreshToken)).data.refreshToken
    }
    expect(await tokens()).toHaveLength(7)
    handles.setNow(START + 57 * day + 1)
    const body = { email: first.user.email, password: PASSWORD }
    await client.call('POST', '/api/auth/login', { body })
    expect(await tokens()).toHaveLength(1)
  })

  test('stores no token that could be used', async () => {
    const first = await start()
    const rows = await handles.db.select().from(refreshTokens)
    expect(JSON.stringify(rows)).not.toContain(first.refreshToken)
  })
})

describe('sessions', () => {
  test('are listed and ended one by one or all others', async () => {
    const first = (await register({ delivery: 'body' })).data
    const body = { email: first.user.email, password: PASSWORD, delivery: 'body' }
    const signIn = async () => (await client.call<Login>('POST', '/api/auth/login', { body })).data
    const [second, third] = [await signIn(), await signIn()]
    const { data: list } = await client.call<Session[]>('GET', '/api/auth/sessions', { as: second })
    expect(list).toHaveLength(3)
    expect(list.filter(({ current }) => current)).toHaveLength(1)
    const other = list.find(({ current }) => !current)!
    expect((await client.call('DELETE', `/api/auth/sessions/${other.id}`, { as: second })).status).toBe(200)
    expect((await client.call('DELETE', `/api/auth/sessions/${other.id}`, { as: second })).status).toBe(404)
    const ended = await client.call('DELETE', '/api/auth/sessions', { as: second })
    expect(ended.data).toEqual({ ended: 1 })
    expect([(await me(first)).status, (await me(second)).status, (await me(third)).status]).toEqual([
      401, 200, 401,
    ])
  })

  test('name their device, and when it was last seen to a minute', async () => {
    const agent =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
    const ada = (await register()).data
    const signIn = (headers: Record<string, string>) =>
      client.call<Login>('POST', '/api/auth/login', {
        headers,
        body: { email: ada.user.email, password: PASSWORD },
      })
    await signIn({ 'user-agent': agent })
    await signIn({ 'user-agent': 'oriel-cli/0.1.0 node' })
    handles.setNow(START + 59_999)
    const list = async () =>
      (await client.call<Session[]>('GET', '/api/auth/sessions', { as: ada })).data.map(
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
    const [mine, theirs] = [(await register()).data, (await register()).data]
    const [session] = (await client.call<Session[]>('GET', '/api/auth/sessions', { as: theirs })).data
    for (const id of [session!.id, 'nonsense', '%00', `us_${'a'.repeat(21)}`])
      expect((await client.call('DELETE', `/api/auth/sessions/${id}`, { as: mine })).status).toBe(404)
    expect((await me(theirs)).status).toBe(200)
  })
})

describe('the persona', () => {
  test('is switched to another that the user holds, and old access tokens stop', async () => {
    const { data } = await register()
    await handles.db
      .update(users)
      .set({ roles: ['builder', 'end_user'] })
      .where(eq(users.id, data.user.id))
    const switched = await client.call<Login>('POST', '/api/auth/persona', {
      as: data,
      body: { persona: 'end_user' },
    })
    expect(switched.data.user).toMatchObject({ persona: 'end_user', personas: ['builder', 'end_user'] })
    expect(switched.data.user.permissions).not.toContain('create_projects')
    expect((await me(data)).error.code).toBe('TOKEN_EXPIRED')
    expect((await me(switched.data)).data.persona).toBe('end_user')
  })

  test('is not switched where switching is turned off', async () => {
    const { data } = await register()
    await handles.db
      .update(users)
      .set({ roles: ['builder', 'end_user'] })
      .where(eq(users.id, data.user.id))
    const fixed = createClient({ ...handles, config: { ...handles.config, personaSwitching: false } })
    const body = { persona: 'end_user' }
    const { status, error } = await fixed.call('POST', '/api/auth/persona', { as: data, body })
    expect([status, error.code]).toEqual([403, 'PERMISSION_ERROR'])
    expect((await me(data)).data.persona).toBe('builder')
  })

  test('brings its permissions, and the user’s own grants stay', async () => {
    const { data } = await register()
    const grant = (permissions: string[]) =>
      handles.db.update(users).set({ permissions }).where(eq(users.id, data.user.id))
    const analytics = async () => (await client.call('GET', '/api/analytics/platform', { as: data })).status
    expect(await analytics()).toBe(403)
    await grant(['platform.analytics.*'])
    expect(await analytics()).toBe(200)
    await grant(['platform.*.read'])
    expect(await analytics()).toBe(500)
  })

  test('is not switched to one that the user does not hold', async () => {
    const { data } = await register()
    const { status, error } = await client.call('POST', '/api/auth/persona', {
      as: data,
      body: { persona: 'super_admin' },
    })
    expect([status, error.code]).toEqual([403, 'PERMISSION_ERROR'])
  })
})

test('an unexpected database error says nothing of what was sent', async () => {
  const rename = (from: string, to: string) =>
    handles.db.execute(sql`alter table users rename column ${sql.identifier(from)} to ${sql.identifier(to)}`)
  await rename('name', 'elsewhere')
  const { status, error } = await register({ email: 'secret@example.com' })
  await rename('elsewhere', 'name')
  expect([status, error.code]).toEqual([500, 'INTERNAL_SERVER_ERROR'])
  expect(error.message).not.toContain('users')
  const logged = handles.logged.join('')
  expect(logged).toContain('request failed')
  expect(logged).not.toMatch(/secret@example|scrypt/)
})
