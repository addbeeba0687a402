import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { Login, User } from '../../schema/wire/api'
import { createTestHandles, type TestHandles } from './testing'
import { createClient } from './testing-client'
import { startMailbox, type Mailbox } from './testing-mail'
import {
  CLIENT,
  startGitHub,
  startOpenIdProvider,
  walkThrough,
  type Somebody,
  type TestProvider,
} from './testing-provider'

export const PASSWORD = 'correct horse battery'
export const PROVIDERS = ['google', 'microsoft', 'github'] as const
export const redirectOf = (id: string) => `http://oriel.test/api/auth/oauth/${id}/callback`

/** The importing file's own server, with providers and a mailbox; there once its first hook has run. */
export let handles: TestHandles
export let client: ReturnType<typeof createClient>
export let mailbox: Mailbox
export let providers: Record<(typeof PROVIDERS)[number], TestProvider>
beforeAll(async () => {
  handles = await createTestHandles()
  mailbox = await startMailbox(handles)
  providers = {
    google: await startOpenIdProvider(redirectOf('google')),
    microsoft: await startOpenIdProvider(redirectOf('microsoft')),
    github: await startGitHub(redirectOf('github')),
  }
  for (const id of PROVIDERS) handles.config.oauth[id] = { ...CLIENT, issuer: providers[id].issuer }
  client = createClient(handles)
})
afterAll(async () => {
  await Promise.all(Object.values(providers).map((provider) => provider.close()))
  await mailbox.close()
  await handles.close()
})
beforeEach(() => handles.setNow(undefined))

let counter = 0
export const freshEmail = () => `ada${++counter}@example.com`
/** Somebody whom no provider has met, with a confirmed address of their own there. */
export const somebodyNew = () => ({ id: String(++counter), email: freshEmail(), verified: true })

export const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0]!)
    .filter((cookie) => !cookie.endsWith('='))
    .join('; ')

/** What the browser has in hand when it is about to come back. */
export async function leave(id: keyof typeof providers, somebody: Somebody, query = '') {
  providers[id].somebody = somebody
  const response = await client.app.request(`/api/auth/oauth/${id}${query}`)
  expect(response.status).toBe(302)
  const location = response.headers.get('location')!
  return { location, cookie: cookiesOf(response), callback: await walkThrough(location, redirectOf(id)) }
}

export const comeBack = (callback: URL, cookie: string) =>
  client.app.request(callback.pathname + callback.search, { headers: { cookie } })

export async function signInWith(id: keyof typeof providers, somebody: Somebody, query = '') {
  const { callback, cookie } = await leave(id, somebody, query)
  return comeBack(callback, cookie)
}

/** Who is signed in by an answer's cookies. */
export const me = (response: Response) =>
  client.call<User>('GET', '/api/auth/me', { headers: { cookie: cookiesOf(response) } })

/** What the page that an answer leads to says went wrong. */
export const errorOf = (response: Response) =>
  new URLSearchParams(new URL(response.headers.get('location')!).hash.slice(1)).get('error')

export const register = (email: string) =>
  client.call<Login>('POST', '/api/auth/register', {
    body: { email, password: PASSWORD, name: 'Ada', persona: 'builder', delivery: 'body' },
  })
