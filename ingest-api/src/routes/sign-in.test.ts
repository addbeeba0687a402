import { createHook } from 'node:async_hooks'
import { eq, sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { users } from '../../../schema/tables/users'
import type { Login } from '../../../schema/wire/api'
import { hashPassword, verifyPassword } from '../accounts/password'
import { accounts, handles, PASSWORD } from '../testing-accounts'

describe('registering', () => {
  test('answers the user, an access token and both cookies', async () => {
    const { status, data, headers } = await accounts.register({ email: 'Grace@Example.com ' })
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
    expect((await accounts.me(data)).data).toEqual(data.user)
  })

  test('refuses an address that has an account, in any spelling', async () => {
    await accounts.register({ email: 'twice@example.com' })
    const { status, error } = await accounts.register({ email: 'Twice@Example.COM' })
    expect([status, error.code]).toEqual([409, 'RESOURCE_CONFLICT'])
  })

  test('opens one account when two requests race for an address', async () => {
    const email = accounts.freshEmail()
    const statuses = (await Promise.all([accounts.register({ email }), accounts.register({ email })])).map(
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
    const { status, error } = await accounts.register(more)
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(error.details?.fields).toEqual([{ path, message }])
  })

  test('names every wrong field at once', async () => {
    const { error } = await accounts.client.call('POST', '/api/auth/register', { body: {} })
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
    const answer = await accounts.client.call('POST', '/api/auth/register', { body })
    expect([answer.status, answer.error.code]).toEqual([status, code])
  })
})

describe('signing in', () => {
  test('works with the address in any spelling', async () => {
    const { data } = await accounts.register({ email: 'mixed@example.com' })
    const login = await accounts.client.call<Login>('POST', '/api/auth/login', {
      body: { email: ' MIXED@example.com', password: PASSWORD },
    })
    expect([login.status, login.data.user]).toEqual([200, data.user])
  })

  test('answers the same to a wrong password, an unknown address and a suspended account', async () => {
    const { data } = await accounts.register({ email: 'gone@example.com' })
    await handles.db.update(users).set({ isActive: false }).where(eq(users.id, data.user.id))
    const { user } = (await accounts.register()).data
    const attempts = [
      { email: user.email, password: 'a wrong password' },
      { email: 'unknown@example.com', password: PASSWORD },
      { email: 'gone@example.com', password: PASSWORD },
    ]
    const answers = await Promise.all(
      attempts.map((body) => accounts.client.call('POST', '/api/auth/login', { body })),
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
    const { data, headers } = await accounts.register({ delivery: 'body' })
    expect(data.refreshToken).toHaveLength(43)
    expect(headers.getSetCookie()).toEqual([])
  })

  test("refuses to be driven by another site's page", async () => {
    const { status, error } = await accounts.client.call('POST', '/api/auth/login', {
      headers: { origin: 'https://evil.example' },
      body: { email: 'a@example.com', password: PASSWORD },
    })
    expect([status, error.code]).toEqual([403, 'PERMISSION_ERROR'])
  })
})

test('an unexpected database error says nothing of what was sent', async () => {
  const rename = (from: string, to: string) =>
    handles.db.execute(sql`alter table users rename column ${sql.identifier(from)} to ${sql.identifier(to)}`)
  await rename('name', 'elsewhere')
  const { status, error } = await accounts.register({ email: 'secret@example.com' })
  await rename('elsewhere', 'name')
  expect([status, error.code]).toEqual([500, 'INTERNAL_SERVER_ERROR'])
  expect(error.message).not.toContain('users')
  const logged = handles.logged.join('')
  expect(logged).toContain('request failed')
  expect(logged).not.toMatch(/secret@example|scrypt/)
})
