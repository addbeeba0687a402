import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { users } from '../../../schema/tables/users'
import type { ConnectedProvider, Login } from '../../../schema/wire/api'
import {
  client,
  comeBack,
  cookiesOf,
  errorOf,
  freshEmail,
  handles,
  leave,
  me,
  PASSWORD,
  providers,
  redirectOf,
  register,
  signInWith,
  somebodyNew,
} from '../testing-oauth'
import { walkThrough, type Somebody } from '../testing-provider'

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
    const elsewhere = { ...somebodyNew(), verified: false }
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
    const ada = somebodyNew()
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
    const elsewhere = somebodyNew()
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
