import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { identities } from '../../../schema/tables/identities'
import { users } from '../../../schema/tables/users'
import type { Login, SecondFactorEnrolment } from '../../../schema/wire/api'
import { totpAt } from '../accounts/totp'
import { createCaches } from '../cache'
import { readConfig } from '../config'
import { seal, unseal } from '../seal'
import { createClient } from '../testing-client'
import { tokenIn } from '../testing-mail'
import {
  client,
  comeBack,
  cookiesOf,
  errorOf,
  freshEmail,
  handles,
  leave,
  mailbox,
  me,
  PASSWORD,
  providers,
  PROVIDERS,
  redirectOf,
  register,
  signInWith,
  somebodyNew,
} from '../testing-oauth'
import { CLIENT } from '../testing-provider'

describe.each(PROVIDERS)('signing in with %s', (id) => {
  test('asks with state, PKCE and a nonce, and opens an account for somebody new', async () => {
    const email = freshEmail()
    const ada = { ...somebodyNew(), email, name: 'Ada Lovelace' }
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
    const ada = somebodyNew()
    const first = await me(await signInWith(id, ada))
    const second = await me(await signInWith(id, { ...ada, email: freshEmail(), verified: false }))
    expect(second.data).toEqual(first.data)
  })

  test('connects an account by an address that both sides have confirmed', async () => {
    const email = freshEmail()
    const { data } = await register(email)
    const ada = { ...somebodyNew(), email: email.toUpperCase() }
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
      const response = await signInWith(id, { ...somebodyNew(), email, verified: false })
      expect(errorOf(response)).toContain('does not say that your email address is confirmed')
      expect(cookiesOf(response)).toBe('')
    }
    expect(await handles.db.select().from(users).where(eq(users.email, unknown))).toEqual([])
    expect(await handles.db.select().from(identities).where(eq(identities.userId, data.user.id))).toEqual([])
  })

  test('lets nobody in who is suspended', async () => {
    const ada = somebodyNew()
    await signInWith(id, ada)
    await handles.db.update(users).set({ isActive: false }).where(eq(users.email, ada.email))
    expect(errorOf(await signInWith(id, ada))).toBe('This account is suspended.')
    const again = await signInWith(id, { ...ada, id: somebodyNew().id })
    expect(errorOf(again)).toBe('This account is suspended.')
  })

  test('refuses an answer to another browser, another state, or none', async () => {
    const ada = somebodyNew()
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
    const ada = somebodyNew()
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
    const ada = somebodyNew()
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
