import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { oneTimeTokens } from '../../../schema/tables/one-time-tokens'
import { users } from '../../../schema/tables/users'
import type { NewApiKey } from '../../../schema/wire/api'
import { createUser } from '../accounts/create-user'
import { accounts, handles, PASSWORD, START } from '../testing-accounts'
import { tokenIn } from '../testing-mail'
import { actionsOf, login, mailbox, OTHER_PASSWORD, post, register } from '../testing-mailed-accounts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('confirming an address', () => {
  test('takes the link that registering mails, once', async () => {
    const ada = await register()
    expect(ada.user.emailVerified).toBe(false)
    const letter = await mailbox.last(ada.email)
    expect(letter.text).toContain('http://oriel.test/verify#token=')
    const token = tokenIn(letter)
    const verified = await post('verify', { token })
    expect([verified.status, verified.data]).toEqual([200, { email: ada.email }])
    expect((await accounts.me(ada)).data.emailVerified).toBe(true)
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
    expect((await post('reset', { token, password: OTHER_PASSWORD })).status).toBe(200)
    expect([(await accounts.me(ada)).status, (await accounts.me(elsewhere)).status]).toEqual([401, 401])
    expect((await post('refresh', { refreshToken: ada.refreshToken })).status).toBe(401)
    expect((await login(ada.email)).status).toBe(401)
    expect((await login(ada.email, OTHER_PASSWORD)).data.user.emailVerified).toBe(true)
    expect((await post('reset', { token, password: PASSWORD })).status).toBe(400)
    expect((await mailbox.last(ada.email)).subject).toBe('Your password was changed')
    expect(await actionsOf(ada.user.id)).toEqual(['user.create', 'user.reset_password'])
  })

  test('throws out whoever used the account before its address was confirmed', async () => {
    const email = accounts.freshEmail()
    const stranger = await register({ email })
    const key = await post<NewApiKey>(
      'api-keys',
      { name: 'Back door', scopes: ['create_projects'] },
      stranger,
    )
    await post('forgot', { email })
    await post('reset', { token: tokenIn(await mailbox.last(email)), password: OTHER_PASSWORD })
    const headers = { authorization: `Bearer ${key.data.key}` }
    expect((await accounts.client.call('GET', '/api/auth/me', { headers })).status).toBe(401)
    const owner = (await login(email, OTHER_PASSWORD)).data
    const kept = await post<NewApiKey>('api-keys', { name: 'CI', scopes: ['create_projects'] }, owner)
    await post('forgot', { email })
    await post('reset', { token: tokenIn(await mailbox.last(email)), password: PASSWORD })
    const own = { authorization: `Bearer ${kept.data.key}` }
    expect((await accounts.client.call('GET', '/api/auth/me', { headers: own })).status).toBe(200)
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
    expect((await post('reset', { token, password: OTHER_PASSWORD })).status).toBe(400)
  })

  test('is not replaced by the link of another purpose', async () => {
    const { email } = await register()
    const token = tokenIn(await mailbox.last(email))
    expect((await post('reset', { token, password: OTHER_PASSWORD })).status).toBe(400)
    expect((await post('verify', { token })).status).toBe(200)
  })

  test('is not replaced by a link to an address that the account has left', async () => {
    const ada = await register()
    await post('forgot', { email: ada.email })
    const reset = tokenIn(await mailbox.last(ada.email))
    const email = accounts.freshEmail()
    handles.setNow(START + MINUTE)
    await post('email', { email, password: PASSWORD }, ada)
    expect((await post('verify', { token: tokenIn(await mailbox.last(email)) })).status).toBe(200)
    expect((await post('reset', { token: reset, password: OTHER_PASSWORD })).status).toBe(400)
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
  const email = accounts.freshEmail()
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
  expect((await post('reset', { token: tokenIn(letter), password: OTHER_PASSWORD })).status).toBe(200)
  expect((await login(email, OTHER_PASSWORD)).data.user).toMatchObject({
    emailVerified: true,
    persona: 'end_user',
  })
})
