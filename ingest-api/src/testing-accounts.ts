import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Login, User } from '../../schema/wire/api'
import { createTestHandles, type TestHandles } from './testing'
import { createClient } from './testing-client'

/** When every test of a file that imports this begins. */
export const START = Date.UTC(2026, 10, 20, 12)
export const OWN_ORIGIN = 'http://oriel.test'
export const PASSWORD = 'correct horse battery'

/** A server of the importing file's own, and its accounts; there once its first hook has run. */
export let handles: TestHandles
export let accounts: ReturnType<typeof createAccounts>
beforeAll(async () => {
  handles = await createTestHandles()
  accounts = createAccounts(handles)
})
afterAll(() => handles.close())
beforeEach(() => handles.setNow(START))

/** Speaks to the app as people do who open accounts and sign in. */
function createAccounts(handles: TestHandles) {
  const client = createClient(handles)
  let counter = 0
  const freshEmail = () => `ada${++counter}@example.com`
  return {
    client,
    freshEmail,
    register: (more: Record<string, unknown> = {}) =>
      client.call<Login>('POST', '/api/auth/register', {
        body: { email: freshEmail(), password: PASSWORD, name: 'Ada', persona: 'builder', ...more },
      }),
    refresh: (refreshToken: string | undefined) =>
      client.call<Login>('POST', '/api/auth/refresh', { body: { refreshToken } }),
    me: (as: Login) => client.call<User>('GET', '/api/auth/me', { as }),
  }
}

/** Cookies as a browser would send them back. */
export const cookiesOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
