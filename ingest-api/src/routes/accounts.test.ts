import { and, asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '../../../schema/tables/audit'
import { oneTimeTokens } from '../../../schema/tables/one-time-tokens'
import { users } from '../../../schema/tables/users'
import type { Login, NewApiKey, User } from '../../../schema/wire/api'
import { createUser } from '../accounts/create-user'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { startMailbox, tokenIn, type Mailbox } from '../testing-mail'

const START = Date.UTC(2026, 10, 20, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const PASSWORD = 'correct horse battery'
const OTHER = 'another horse battery'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let mailbox: Mailbox
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  mailbox = await startMailbox(handles)
})
afterAll(async () => {
  await mailbox.close()
  await handles.close()
})
beforeEach(() => handles.setNow(START))

let counter = 0
const freshEmail = () => `ada${++counter}@example.com`
async function register(more: Record<string, unknown> = {}) {
  const email = freshEmail()
  const { data } = await client.call<Login>('POST', '/api/auth/register', {
    body: { email, password: PASSWORD, name: 'Ada', persona: 'builder', delivery: 'body', ...more },
  })
  return { ...data, email }
}
const post = <T = null>(path: string, body: unknown, as?: Login) =>
  client.call<T>('POST', `/api/auth/${path}`, { as, body })
const login = (email: string, password = PASSWORD) =>
  post<Login>('login', { email, password, delivery: 'body' })
const me = (as: Login) => client.call<User>('GET', '/api/auth/me', { as })
const actionsOf = async (userId: string) =>
  (
    await handles.db
      .select({ action: auditLog.action })
      .from(auditLog)
      .where(and(eq(auditLog.resourceType, 'user'), eq(auditLog.resourceId, userId)))
      .orderBy(asc(auditLog.id))
  ).map(({ action }) => action)

describe('confirming an address', () => {
  test('takes the link that registering mails, once', async () => {
    const ada = await register()
    expect(ada.user.emailVerified).toBe(false)
    const letter = await mailbox.last(ada.email)
    expect(letter.text).toContain('http://oriel.test/verify#token=')
    const token = tokenIn(letter)
    const verified = await post('verify', { token })
    expect([verified.status, verified.data]).toEqual([200, { email: ada.email }])
    expect((await me(ada)).data.emailVerified).toBe(true)
    const again = await post('verify', { token })
    expect([again.status, again.error.code, again.error.details?.fields?.[0]?.path]).toEqual([
      400,
      'VALIDATION_ERROR',
      'token',
    ])
  })

  test('of two requests with one link one wins', async () => {
    const { email } = await register()
    const token = tokenIn(await mailbox.last(email))
    const statuses = (await Promise.all([post('verify', { token }), post('verify', { token })])).map(
      ({ status }) => status,
    )
    expect(statuses.sort()).toEqual([200, 400])
  })

  test('needs a link of the last 24 hours, and the newest', async () => {
    const ada = await register()
    const first = tokenIn(await mailbox.last(ada.email))
    handles.setNow(START + MINUTE)
    await post('verify/send', {}, ada)
    const second = tokenIn(await mailbox.last(ada.email))
    expect((await post('verify', { token: first })).status).toBe(400)
    handles.setNow(START + MINUTE + 24 * HOUR)
    expect((await post('verify', { token: second })).status).toBe(400)
    handles.setNow(START + MINUTE + 24 * HOUR - 1)
    expect((await post('verify', { token: second })).status).toBe(200)
  })

  test('keeps no token that could be used', async () => {
    const ada = await register()
    const token = tokenIn(await mailbox.last(ada.email))
    expect(JSON.stringify(await handles.db.select().from(oneTimeTokens))).not.toContain(token)
    expect(handles.logged.join('')).not.toContain(token)
  })
})

describe('a forgotten password', () => {
  test('is replaced by the link from the mail, and every session ends', async () => {
    const ada = await register()
    const elsewhere = (await login(ada.email)).data
    expect((await post('forgot', { email: ` ${ada.email.toUpperCase()}` })).status).toBe(200)
    const token = tokenIn(await mailbox.last(ada.email))
    expect((await post('reset', { token, password: 'short' })).status).toBe(400)
    expect((await post('reset', { token, password: OTHER })).status).toBe(200)
    expect([(await me(ada)).status, (await me(elsewhere)).status]).toEqual([401, 401])
    expect((await post('refresh', { refreshToken: ada.refreshToken })).status).toBe(401)
    expect((await login(ada.email)).status).toBe(401)
    expect((await login(ada.email, OTHER)).data.user.emailVerified).toBe(true)
    expect((await post('reset', { token, password: PASSWORD })).status).toBe(400)
    expect((await mailbox.last(ada.email)).subject).toBe('Your password was changed')
    expect(await actionsOf(ada.user.id)).toEqual(['user.create', 'user.reset_password'])
  })

  test('throws out whoever used the account before its address was confirmed', async () => {
    const email = freshEmail()
    const stranger = await register({ email })
    const key = await post<NewApiKey>(
      'api-keys',
      { name: 'Back door', scopes: ['create_projects'] },
      stranger,
    )
    await post('forgot', { email })
    await post('reset', { token: tokenIn(await mailbox.last(email)), password: OTHER })
    const headers = { authorization: `Bearer ${key.data.key}` }
    expect((await client.call('GET', '/api/auth/me', { headers })).status).toBe(401)
    const owner = (await login(email, OTHER)).data
    const kept = await post<NewApiKey>('api-keys', { name: 'CI', scopes: ['create_projects'] }, owner)
    await post('forgot', { email })
    await post('reset', { token: tokenIn(await mailbox.last(email)), password: PASSWORD })
    const own = { authorization: `Bearer ${kept.data.key}` }
    expect((await client.call('GET', '/api/auth/me', { headers: own })).status).toBe(200)
  })

  test('answers the same, and as late, for an address that nobody has', async () => {
    const ada = await register()
    await handles.db.update(users).set({ isActive: false }).where(eq(users.email, ada.email))
    const known = await register()
    const before = mailbox.received.length + (await mailbox.deliver())
    for (const email of [known.email, ada.email, 'nobody@example.com']) {
      const start = performance.now()
      const { status, data } = await post('forgot', { email })
      expect([status, data]).toEqual([200, null])
      expect(performance.now() - start).toBeGreaterThan(140)
    }
    await mailbox.deliver()
    expect(mailbox.received.slice(before).map(({ to }) => to)).toEqual([[known.email]])
  })

  test('needs a link of the last hour', async () => {
    const { email } = await register()
    await post('forgot', { email })
    const token = tokenIn(await mailbox.last(email))
    handles.setNow(START + HOUR)
    expect((await post('reset', { token, password: OTHER })).status).toBe(400)
  })

  test('is not replaced by the link of another purpose', async () => {
    const { email } = await register()
    const token = tokenIn(await mailbox.last(email))
    expect((await post('reset', { token, password: OTHER })).status).toBe(400)
    expect((await post('verify', { token })).status).toBe(200)
  })

  test('is not replaced by a link to an address that the account has left', async () => {
    const ada = await register()
    await post('forgot', { email: ada.email })
    const reset = tokenIn(await mailbox.last(ada.email))
    const email = freshEmail()
    handles.setNow(START + MINUTE)
    await post('email', { email, password: PASSWORD }, ada)
    expect((await post('verify', { token: tokenIn(await mailbox.last(email)) })).status).toBe(200)
    expect((await post('reset', { token: reset, password: OTHER })).status).toBe(400)
    expect((await login(email)).status).toBe(200)
  })
})

test('a mailbox gets one link a minute, whoever asks', async () => {
  const ada = await register()
  await mailbox.deliver()
  const count = async () => {
    await mailbox.deliver()
    return mailbox.received.filter(({ to }) => to.includes(ada.email)).length
  }
  const refused = await post('verify/send', {}, ada)
  expect([refused.error.code, refused.headers.get('retry-after')]).toEqual(['RATE_LIMIT_EXCEEDED', '60'])
  for (let times = 0; times < 3; times++)
    expect((await post('forgot', { email: ada.email })).status).toBe(200)
  expect(await count()).toBe(2)
  handles.setNow(START + MINUTE)
  await post('forgot', { email: ada.email })
  expect(await count()).toBe(3)
})

test('an invitation is accepted by choosing a password', async () => {
  const email = freshEmail()
  const person = {
    email,
    name: 'Eve',
    password: 'nobody knows this',
    personas: ['end_user'],
    welcome: 'invite',
  } as const
  await createUser(handles, person, 'test')
  const letter = await mailbox.last(email)
  expect(letter.subject).toBe('You are invited')
  handles.setNow(START + 6 * 24 * HOUR)
  expect((await post('reset', { token: tokenIn(letter), password: OTHER })).status).toBe(200)
  expect((await login(email, OTHER)).data.user).toMatchObject({ emailVerified: true, persona: 'end_user' })
})

describe('changing the password', () => {
  test('ends the other sessions and not this one', async () => {
    const ada = await register()
    const elsewhere = (await login(ada.email)).data
    const { status } = await post('password', { password: PASSWORD, newPassword: OTHER }, ada)
    expect(status).toBe(200)
    expect([(await me(ada)).status, (await me(elsewhere)).status]).toEqual([200, 401])
    expect((await login(ada.email, OTHER)).status).toBe(200)
    expect((await mailbox.last(ada.email)).subject).toBe('Your password was changed')
    expect(await actionsOf(ada.user.id)).toEqual(['user.create', 'user.change_password'])
  })

  test('needs the one until now', async () => {
    const ada = await register()
    const { status, error } = await post('password', { password: OTHER, newPassword: OTHER }, ada)
    expect([status, error.details?.fields]).toEqual([400, [{ path: 'password', message: 'Is not right.' }]])
    expect((await login(ada.email)).status).toBe(200)
  })

  test('happens once when two requests race', async () => {
    const ada = await register()
    const change = (newPassword: string) => post('password', { password: PASSWORD, newPassword }, ada)
    const answers = await Promise.all([change(OTHER), change('a third horse battery')])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('the profile', () => {
  test('changes its name and nothing that is not its own', async () => {
    const ada = await register()
    const patch = (body: unknown) => client.call<User>('PATCH', '/api/auth/me', { as: ada, body })
    expect((await patch({ name: ' Grace ' })).data).toEqual({ ...ada.user, name: 'Grace' })
    for (const more of [
      { roles: ['super_admin'] },
      { isActive: true },
      { email: 'x@example.com' },
      { name: '' },
    ])
      expect((await patch(more)).status).toBe(400)
    expect((await me(ada)).data.name).toBe('Grace')
  })

  test('takes a new address once a link that came there was opened, and the old one is told', async () => {
    const ada = await register()
    const email = freshEmail()
    handles.setNow(START + MINUTE)
    expect((await post('email', { email, password: OTHER }, ada)).status).toBe(400)
    expect((await post('email', { email, password: PASSWORD }, ada)).status).toBe(200)
    expect((await me(ada)).data.email).toBe(ada.email)
    await post('verify', { token: tokenIn(await mailbox.last(email)) })
    expect((await me(ada)).data).toMatchObject({ email, emailVerified: true })
    const told = await mailbox.last(ada.email)
    expect([told.subject, told.text]).toEqual([
      'The address of your account was changed',
      expect.stringContaining(email),
    ])
  })

  test('does not take an address that somebody else has', async () => {
    const [ada, eve] = [await register(), await register()]
    handles.setNow(START + MINUTE)
    await post('email', { email: eve.email, password: PASSWORD }, ada)
    const { status, error } = await post('verify', { token: tokenIn(await mailbox.last(eve.email)) })
    expect([status, error.code]).toEqual([409, 'RESOURCE_CONFLICT'])
    expect((await me(ada)).data.email).toBe(ada.email)
  })
})

describe('deleting the account', () => {
  const remove = (as: Login, password = PASSWORD) =>
    client.call('DELETE', '/api/auth/me', { as, body: { password } })

  test('needs the password', async () => {
    const ada = await register()
    expect((await remove(ada, OTHER)).status).toBe(400)
    expect((await me(ada)).status).toBe(200)
  })

  test('ends sessions, keys, projects and implementations, and frees the address', async () => {
    const ada = await register({ persona: 'end_user' })
    const builder = await client.person('builder')
    const project = await client.releasedProject(builder)
    const { data: implementation } = await client.implement(ada, project.id)
    const created = await post<NewApiKey>('api-keys', { name: 'CI', scopes: ['view_usage'] }, ada)
    const headers = { authorization: `Bearer ${created.data.key}` }
    expect((await client.call('GET', '/api/auth/me', { headers })).status).toBe(200)
    expect((await remove(ada)).status).toBe(200)
    expect((await me(ada)).status).toBe(401)
    expect((await client.call('GET', '/api/auth/me', { headers })).status).toBe(401)
    expect((await login(ada.email)).status).toBe(401)
    expect((await client.call('GET', `/api/modules/${implementation.id}/runtime`)).status).toBe(404)
    expect((await mailbox.last(ada.email)).subject).toBe('Your account was deleted')
    expect((await register({ email: ada.email })).user.id).not.toBe(ada.user.id)
    expect((await client.call('DELETE', `/api/projects/${project.id}`, { as: builder })).status).toBe(200)
  })

  test('leaves other people’s sites as they are and tells their owners, once each', async () => {
    const ada = await register()
    const site = await register({ persona: 'end_user' })
    const project = await client.releasedProject(ada)
    const first = await client.implement(site, project.id, { name: 'Shop poll' })
    await client.implement(site, project.id, { name: 'Blog poll' })
    expect((await remove(ada)).status).toBe(200)
    expect((await client.call('GET', `/api/modules/${first.data.id}/runtime`)).status).toBe(200)
    expect((await client.implement(await register({ persona: 'end_user' }), project.id)).status).toBe(404)
    const letter = await mailbox.last(site.email)
    expect(letter.subject).toBe('The builder of your widget has left')
    expect(letter.text).toMatch(/Shop poll, Blog poll|Blog poll, Shop poll/)
  })

  test('is undone by the link in the mail, once, with what was removed before still gone', async () => {
    const ada = await register({ persona: 'end_user' })
    const project = await client.releasedProject(await client.person('builder'))
    const [kept, gone] = [await client.implement(ada, project.id), await client.implement(ada, project.id)]
    await client.call('DELETE', `/api/widgets/${gone.data.id}`, { as: ada })
    handles.setNow(START + MINUTE)
    await remove(ada)
    const token = tokenIn(await mailbox.last(ada.email))
    const restore = () => post('restore', { token })
    expect((await restore()).status).toBe(200)
    expect((await restore()).status).toBe(400)
    expect((await login(ada.email)).status).toBe(200)
    const runtime = async (id: string) => (await client.call('GET', `/api/modules/${id}/runtime`)).status
    expect([await runtime(kept.data.id), await runtime(gone.data.id)]).toEqual([200, 404])
  })

  test('is not undone once the address has a new account', async () => {
    const ada = await register()
    await remove(ada)
    const token = tokenIn(await mailbox.last(ada.email))
    await register({ email: ada.email })
    const { status, error } = await post('restore', { token })
    expect([status, error.message]).toEqual([409, 'Your address has a new account by now.'])
  })

  test('is refused to the last super admin', async () => {
    const admin = await client.person('super_admin')
    expect((await remove(admin, 'a long password')).status).toBe(409)
    await client.person('super_admin')
    expect((await remove(admin, 'a long password')).status).toBe(200)
  })
})

test('a refresh token that comes back too late is told to its owner, with the device', async () => {
  const ada = await register()
  const headers = {
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  }
  const { data } = await client.call<Login>('POST', '/api/auth/login', {
    headers,
    body: { email: ada.email, password: PASSWORD, delivery: 'body' },
  })
  await post('refresh', { refreshToken: data.refreshToken })
  handles.setNow(START + 11_000)
  expect((await post('refresh', { refreshToken: data.refreshToken })).status).toBe(401)
  const letter = await mailbox.last(ada.email)
  expect(letter.subject).toBe('We ended one of your sessions')
  expect(letter.text).toContain('Firefox on Linux')
})

test('an API key may do none of this', async () => {
  const ada = await register()
  const { data } = await post<NewApiKey>('api-keys', { name: 'CI', scopes: ['create_projects'] }, ada)
  const headers = { authorization: `Bearer ${data.key}` }
  for (const [method, path] of [
    ['PATCH', 'me'],
    ['DELETE', 'me'],
    ['POST', 'password'],
    ['POST', 'email'],
    ['POST', 'verify/send'],
  ] as const)
    expect((await client.call(method, `/api/auth/${path}`, { headers, body: {} })).status).toBe(403)
})
