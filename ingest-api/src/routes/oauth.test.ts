import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { identities } from '../../../schema/tables/identities'
import { users } from '../../../schema/tables/users'
import type { ConnectedProvider, Login, SecondFactorEnrolment, User } from '../../../schema/wire/api'
import { totpAt } from '../accounts/totp'
import { createCaches } from '../cache'
import { readConfig } from '../config'
import { seal, unseal } from '../seal'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { startMailbox, tokenIn, type Mailbox } from '../testing-mail'
import {
  CLIENT,
  startGitHub,
  startOpenIdProvider,
  walkThrough,
  type Somebody,
  type TestProvider,
} from '../testing-provider'

const PASSWORD = 'correct horse battery'
const redirectOf = (id: string) => `http://oriel.test/api/auth/oauth/${id}/callback`

let handles: TestHandles
let client: ReturnType<typeof createClient>
let mailbox: Mailbox
let providers: Record<'google' | 'microsoft' | 'github', TestProvider>
beforeAll(async () => {
  handles = await createTestHandles()
  mailbox = await startMailbox(handles)
  providers = {
    google: await startOpenIdProvider(redirectOf('google')),
    microsoft: await startOpenIdProvider(redirectOf('microsoft')),
    github: await startGitHub(redirectOf('github')),
  }
  for (const id of ['google', 'microsoft', 'github'] as const)
    handles.config.oauth[id] = { ...CLIENT, issuer: providers[id].issuer }
  client = createClient(handles)
})
afterAll(async () => {
  await Promise.all(Object.values(providers).map((provider) => provider.close()))
  await mailbox.close()
  await handles.close()
})
beforeEach(() => handles.setNow(undefined))

let counter = 0
const freshEmail = () => `ada${++counter}@example.com`
const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0]!)
    .filter((cookie) => !cookie.endsWith('='))
    .join('; ')

/** What the browser has in hand when it is about to come back. */
async function leave(id: keyof typeof providers, somebody: Somebody, query = '') {
  providers[id].somebody = somebody
  const response = await client.app.request(`/api/auth/oauth/${id}${query}`)
  expect(response.status).toBe(302)
  const location = response.headers.get('location')!
  return { location, cookie: cookiesOf(response), callback: await walkThrough(location, redirectOf(id)) }
}
const comeBack = (callback: URL, cookie: string) =>
  client.app.request(callback.pathname + callback.search, { headers: { cookie } })
async function signInWith(id: keyof typeof providers, somebody: Somebody, query = '') {
  const { callback, cookie } = await leave(id, somebody, query)
  return comeBack(callback, cookie)
}
const me = (response: Response) =>
  client.call<User>('GET', '/api/auth/me', { headers: { cookie: cookiesOf(response) } })
const errorOf = (response: Response) =>
  new URLSearchParams(new URL(response.headers.get('location')!).hash.slice(1)).get('error')
const register = (email: string) =>
  client.call<Login>('POST', '/api/auth/register', {
    body: { email, password: PASSWORD, name: 'Ada', persona: 'builder', delivery: 'body' },
  })

describe.each(['google', 'microsoft', 'github'] as const)('signing in with %s', (id) => {
  test('asks with state, PKCE and a nonce, and opens an account for somebody new', async () => {
    const email = freshEmail()
    const ada = { id: String(++counter), email, verified: true, name: 'Ada Lovelace' }
    const { location, callback, cookie } = await leave(id, ada, '?persona=end_user')
    const asked = new URL(location).searchParams
    expect(asked.get('code_challenge_method')).toBe('S256')
    expect(asked.get('state')).toHaveLength(43)
    expect(asked.has('nonce')).toBe(id !== 'github')
    const response = await comeBack(callback, cookie)
    expect([response.status, response.headers.get('location')]).toEqual([302, 'http://oriel.test/'])
    expect((await me(response)).data).toMatchObject({
      email,
      emailVerified: true,
      name: 'Ada Lovelace',
      persona: 'end_user',
    })
    expect((await mailbox.last(email)).subject).toContain('was connected')
  })

  test('finds the same account again, also after the address changed there', async () => {
    const ada = { id: String(++counter), email: freshEmail(), verified: true }
    const first = await me(await signInWith(id, ada))
    const second = await me(await signInWith(id, { ...ada, email: freshEmail(), verified: false }))
    expect(second.data).toEqual(first.data)
  })

  test('connects an account by an address that both sides have confirmed', async () => {
    const email = freshEmail()
    const { data } = await register(email)
    const ada = { id: String(++counter), email: email.toUpperCase(), verified: true }
    expect(errorOf(await signInWith(id, ada))).toContain('never confirmed')
    const token = tokenIn(await mailbox.last(email))
    await client.call('POST', '/api/auth/verify', { body: { token } })
    expect((await me(await signInWith(id, ada))).data.id).toBe(data.user.id)
  })

  test('connects and opens nothing by an address that is not confirmed there', async () => {
    const [known, unknown] = [freshEmail(), freshEmail()]
    const { data } = await register(known)
    await handles.db.update(users).set({ emailVerifiedAt: new Date() }).where(eq(users.id, data.user.id))
    for (const email of [known, unknown]) {
      const response = await signInWith(id, { id: String(++counter), email, verified: false })
      expect(errorOf(response)).toContain('does not say that your email address is confirmed')
      expect(cookiesOf(response)).toBe('')
    }
    expect(await handles.db.select().from(users).where(eq(users.email, unknown))).toEqual([])
    expect(await handles.db.select().from(identities).where(eq(identities.userId, data.user.id))).toEqual([])
  })

  test('lets nobody in who is suspended', async () => {
    const ada = { id: String(++counter), email: freshEmail(), verified: true }
    await signInWith(id, ada)
    await handles.db.update(users).set({ isActive: false }).where(eq(users.email, ada.email))
    expect(errorOf(await signInWith(id, ada))).toBe('This account is suspended.')
    const again = await signInWith(id, { ...ada, id: String(++counter) })
    expect(errorOf(again)).toBe('This account is suspended.')
  })

  test('refuses an answer to another browser, another state, or none', async () => {
    const ada = { id: String(++counter), email: freshEmail(), verified: true }
    const [mine, theirs] = [await leave(id, ada), await leave(id, ada)]
    const changed = new URL(mine.callback)
    changed.searchParams.set('state', 'another')
    for (const [callback, cookie] of [
      [mine.callback, ''],
      [mine.callback, theirs.cookie],
      [changed, mine.cookie],
      [mine.callback, 'oriel_oauth=nonsense'],
    ] as const) {
      const response = await comeBack(callback, cookie)
      expect(errorOf(response)).not.toBeNull()
      expect(cookiesOf(response)).toBe('')
    }
  })

  test('refuses a code that is used twice, and one that another browser asked for', async () => {
    const ada = { id: String(++counter), email: freshEmail(), verified: true }
    const used = await leave(id, ada)
    expect(errorOf(await comeBack(used.callback, used.cookie))).toBeNull()
    expect(errorOf(await comeBack(used.callback, used.cookie))).toContain('did not confirm')
    // The thief has the code and brings it back with a state of their own: PKCE refuses it.
    const [victim, thief] = [await leave(id, ada), await leave(id, ada)]
    const stolen = new URL(thief.callback)
    stolen.searchParams.set('code', victim.callback.searchParams.get('code')!)
    const before = providers[id].refusals.length
    expect(errorOf(await comeBack(stolen, thief.cookie))).toContain('did not confirm')
    expect(providers[id].refusals.length).toBe(before + 1)
  })

  test('is over after ten minutes', async () => {
    const ada = { id: String(++counter), email: freshEmail(), verified: true }
    const { callback, cookie } = await leave(id, ada)
    handles.setNow(Date.now() + 10 * 60_000)
    expect(errorOf(await comeBack(callback, cookie))).toContain('took too long')
  })

  test('says so when somebody changes their mind', async () => {
    const { cookie, location } = await leave(id, { id: '1', email: freshEmail(), verified: true })
    const callback = new URL(redirectOf(id))
    const state = new URL(location).searchParams.get('state')!
    callback.search = new URLSearchParams({
      error: 'access_denied',
      state,
      iss: providers[id].issuer,
    }).toString()
    expect(errorOf(await comeBack(callback, cookie))).toContain('did not confirm who you are')
  })
})

test('an ID token for another nonce is refused', async () => {
  const purpose = 'sign-in with google'
  const withNonce = async (nonce?: string) => {
    const { callback, cookie } = await leave('google', { id: '1', email: freshEmail(), verified: true })
    const memo: object = JSON.parse(await unseal(handles.keys, purpose, cookie.replace('oriel_oauth=', '')))
    const changed = await seal(handles.keys, purpose, JSON.stringify({ ...memo, ...(nonce && { nonce }) }))
    return errorOf(await comeBack(callback, `oriel_oauth=${changed}`))
  }
  expect(await withNonce()).toBeNull()
  expect(await withNonce('another')).toContain('did not confirm')
})

test('the memo of one provider is not that of another', async () => {
  const { cookie } = await leave('microsoft', { id: '1', email: freshEmail(), verified: true })
  const { callback } = await leave('google', { id: '1', email: freshEmail(), verified: true })
  expect(errorOf(await comeBack(callback, cookie))).toContain('took too long')
})

test('an account with a second factor asks for its code', async () => {
  const ada = { id: '77', email: freshEmail(), verified: true }
  const { data } = await register(ada.email)
  await client.call('POST', '/api/auth/verify', { body: { token: tokenIn(await mailbox.last(ada.email)) } })
  const body = { password: PASSWORD }
  const enrolment = await client.call<SecondFactorEnrolment>('POST', '/api/auth/second-factor', {
    as: data,
    body,
  })
  const code = (ahead: number) => totpAt(enrolment.data.secret, Math.floor(Date.now() / 30_000) + ahead)
  await client.call('POST', '/api/auth/second-factor/confirm', { as: data, body: { code: code(0) } })
  const response = await signInWith('google', ada)
  expect(cookiesOf(response)).toBe('')
  const challenge = new URLSearchParams(new URL(response.headers.get('location')!).hash.slice(1)).get(
    'challenge',
  )
  const answer = { challenge, code: code(1), delivery: 'body' }
  const signedIn = await client.call<Login>('POST', '/api/auth/login/second-factor', { body: answer })
  expect(signedIn.data.user.id).toBe(data.user.id)
})

test('connected providers are listed, and the last way in is not taken away', async () => {
  const ada = { id: '78', email: freshEmail(), verified: true }
  const cookie = cookiesOf(await signInWith('github', ada))
  const headers = { cookie, origin: 'http://oriel.test' }
  const list = () => client.call<ConnectedProvider[]>('GET', '/api/auth/identities', { headers })
  const remove = (id: string) => client.call('DELETE', `/api/auth/identities/${id}`, { headers })
  expect((await list()).data).toMatchObject([{ provider: 'github', email: ada.email }])
  expect([
    (await remove('github')).status,
    (await remove('google')).status,
    (await remove('x')).status,
  ]).toEqual([409, 404, 404])
  await signInWith('google', { ...ada, id: '79' })
  expect((await remove('github')).status).toBe(200)
  expect((await list()).data.map(({ provider }) => provider)).toEqual(['google'])
  const confirm = await client.call('DELETE', '/api/auth/me', { headers, body: { password: '' } })
  expect(confirm.error.details?.fields?.[0]?.message).toContain('has none yet')
})

describe('connecting a provider from one’s account', () => {
  const begin = (as: Login, password = PASSWORD, id = 'google') =>
    client.app.request(`/api/auth/identities/${id}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${as.accessToken}` },
      body: JSON.stringify({ password }),
    })
  async function connect(as: Login, somebody: Somebody, meanwhile = async () => {}) {
    providers.google.somebody = somebody
    const response = await begin(as)
    const { data } = (await response.json()) as { data: { url: string } }
    const callback = await walkThrough(data.url, redirectOf('google'))
    await meanwhile()
    return comeBack(callback, cookiesOf(response))
  }
  const listOf = async (as: Login) =>
    (await client.call<ConnectedProvider[]>('GET', '/api/auth/identities', { as })).data

  test('takes whatever address it has there, signs nobody in, and opens the account from then on', async () => {
    const { data: own } = await register(freshEmail())
    const elsewhere = { id: String(++counter), email: freshEmail(), verified: false }
    const response = await connect(own, elsewhere)
    expect(response.headers.get('location')).toBe('http://oriel.test/account#connected=google')
    expect(cookiesOf(response)).toBe('')
    expect(await listOf(own)).toMatchObject([{ provider: 'google', email: elsewhere.email }])
    expect((await me(await signInWith('google', elsewhere))).data.id).toBe(own.user.id)
  })

  test('asks for the password of who has one', async () => {
    const { data: own } = await register(freshEmail())
    const response = await begin(own, 'wrong')
    expect(response.status).toBe(400)
    expect(cookiesOf(response)).toBe('')
    expect((await begin(own, PASSWORD, 'nobody')).status).toBe(404)
  })

  test('takes no identity that opens another account, unless that account is gone', async () => {
    const ada = { id: String(++counter), email: freshEmail(), verified: true }
    const theirs = await me(await signInWith('google', ada))
    const { data: own } = await register(freshEmail())
    const refused = await connect(own, ada)
    expect(refused.headers.get('location')).toMatch(/^http:\/\/oriel\.test\/account#error=/)
    expect(errorOf(refused)).toBe('This Google account opens another account here.')
    expect(await listOf(own)).toEqual([])
    await handles.db.update(users).set({ deletedAt: new Date() }).where(eq(users.id, theirs.data.id))
    expect(errorOf(await connect(own, ada))).toBeNull()
  })

  test('is nothing once the session that began it has ended', async () => {
    const { data: own } = await register(freshEmail())
    const elsewhere = { id: String(++counter), email: freshEmail(), verified: true }
    const response = await connect(own, elsewhere, async () => {
      await client.call('POST', '/api/auth/logout', { as: own })
    })
    expect(errorOf(response)).toContain('signed out meanwhile')
  })

  test('does not take the memo of a sign-in, nor the other way round', async () => {
    const { data: own } = await register(freshEmail())
    const { callback, cookie } = await leave('google', { id: '1', email: freshEmail(), verified: true })
    const memo = cookiesOf(await begin(own)).replace('oriel_connect=', '')
    for (const cookies of [`oriel_oauth=${memo}`, cookie.replace('oriel_oauth', 'oriel_connect')])
      expect(errorOf(await comeBack(callback, cookies))).toContain('took too long')
  })
})

test('somebody without a password cannot sign in with one, and gets one by mail', async () => {
  const ada = { id: '80', email: freshEmail(), verified: true }
  await signInWith('google', ada)
  const login = (password: string) =>
    client.call<Login>('POST', '/api/auth/login', { body: { email: ada.email, password } })
  expect((await login('')).status).toBe(401)
  await client.call('POST', '/api/auth/forgot', { body: { email: ada.email } })
  const token = tokenIn(await mailbox.last(ada.email))
  await client.call('POST', '/api/auth/reset', { body: { token, password: PASSWORD } })
  expect((await login(PASSWORD)).status).toBe(200)
})

test('only configured providers are offered', async () => {
  const offered = await client.call<{ id: string }[]>('GET', '/api/auth/oauth')
  expect(offered.data).toEqual([
    { id: 'google', name: 'Google' },
    { id: 'github', name: 'GitHub' },
    { id: 'microsoft', name: 'Microsoft' },
  ])
  const bare = createClient({ ...handles, config: { ...handles.config, oauth: {} } })
  expect((await bare.call('GET', '/api/auth/oauth')).data).toEqual([])
  const response = await bare.app.request('/api/auth/oauth/google')
  expect(errorOf(response)).toBe('Nobody signs in that way here.')
})

test('a provider that cannot be reached is said to be', async () => {
  const oauth = { google: { ...CLIENT, issuer: 'http://127.0.0.1:9' } }
  const away = createClient({
    ...handles,
    config: { ...handles.config, oauth },
    caches: createCaches(true),
  })
  expect(errorOf(await away.app.request('/api/auth/oauth/google'))).toBe('Google cannot be reached now.')
})

test('settings of a provider are whole, and its address is secure', () => {
  expect(() => readConfig({ GOOGLE_CLIENT_ID: 'a' })).toThrow('GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET')
  const env = { GITHUB_CLIENT_ID: 'a', GITHUB_CLIENT_SECRET: 'b' }
  expect(() => readConfig({ ...env, GITHUB_ISSUER: 'http://github.example' })).toThrow(
    'must start with https',
  )
  expect(readConfig(env).oauth).toEqual({
    github: { clientId: 'a', clientSecret: 'b', issuer: 'https://github.com' },
  })
})
