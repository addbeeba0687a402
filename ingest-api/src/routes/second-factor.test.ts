import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { recoveryCodes, secondFactors } from '../../../schema/tables/second-factors'
import { users } from '../../../schema/tables/users'
import type { Challenge, Login, SecondFactor, SecondFactorEnrolment } from '../../../schema/wire/api'
import { totpAt } from '../accounts/totp'
import { accounts, handles } from '../testing-accounts'
import { mailbox } from '../testing-mailed-accounts'

const STEP = 30_000
const MINUTE = 60_000
const PASSWORD = 'a long password'

const call = <T>(method: string, path: string, body?: unknown, as?: Login) =>
  accounts.client.call<T>(method, `/api/auth/${path}`, { as, body })
const codeNow = (secret: string) => totpAt(secret, Math.floor(handles.now() / STEP))
const signIn = (as: Login) =>
  call<Challenge & Login>('POST', 'login', { email: as.user.email, password: PASSWORD, delivery: 'body' })
const answer = (challenge: string, code: string) =>
  call<Login>('POST', 'login/second-factor', { challenge, code, delivery: 'body' })

/** Somebody with an authenticator, a step later, so that the next code is a new one. */
async function enrolled() {
  const as = await accounts.client.person('builder')
  const { data } = await call<SecondFactorEnrolment>('POST', 'second-factor', { password: PASSWORD }, as)
  const confirmed = await call<{ recoveryCodes: string[] }>(
    'POST',
    'second-factor/confirm',
    { code: codeNow(data.secret) },
    as,
  )
  handles.setNow(handles.now() + STEP)
  return { as, secret: data.secret, codes: confirmed.data.recoveryCodes }
}

test('an authenticator counts once its first code was confirmed', async () => {
  const as = await accounts.client.person('builder')
  const enrolment = await call<SecondFactorEnrolment>('POST', 'second-factor', { password: PASSWORD }, as)
  expect(enrolment.status).toBe(201)
  const { secret, uri } = enrolment.data
  expect(uri).toContain(`secret=${secret}`)
  expect((await signIn(as)).data.accessToken).toBeDefined()
  expect((await call('POST', 'second-factor/confirm', { code: '000000' }, as)).status).toBe(400)
  const confirmed = await call<{ recoveryCodes: string[] }>(
    'POST',
    'second-factor/confirm',
    { code: codeNow(secret) },
    as,
  )
  expect(confirmed.data.recoveryCodes).toHaveLength(10)
  const state = await call<SecondFactor>('GET', 'second-factor', undefined, as)
  expect(state.data).toEqual({ enabled: true, recoveryCodes: 10 })
  expect((await mailbox.last(as.user.email)).subject).toBe('Signing in takes a second step now')
  const again = await call('POST', 'second-factor', { password: PASSWORD }, as)
  expect([again.status, again.error.code]).toEqual([409, 'RESOURCE_CONFLICT'])
})

test('enrolling needs the password', async () => {
  const as = await accounts.client.person('builder')
  expect((await call('POST', 'second-factor', { password: 'wrong' }, as)).status).toBe(400)
})

test('signing in answers a challenge and no token, and a code answers the challenge', async () => {
  const { as, secret } = await enrolled()
  const { status, data, headers } = await signIn(as)
  expect(status).toBe(200)
  expect(Object.keys(data).sort()).toEqual(['challenge', 'expiresIn'])
  expect(headers.getSetCookie()).toEqual([])
  const signedIn = await answer(data.challenge, codeNow(secret))
  expect([signedIn.status, signedIn.data.user.id]).toEqual([200, as.user.id])
  expect((await accounts.client.call('GET', '/api/auth/me', { as: signedIn.data })).status).toBe(200)
})

test('a code is taken once, also by two requests at once', async () => {
  const { as, secret } = await enrolled()
  const { challenge } = (await signIn(as)).data
  const code = codeNow(secret)
  const answers = await Promise.all([answer(challenge, code), answer(challenge, code)])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  handles.setNow(handles.now() + STEP)
  expect((await answer((await signIn(as)).data.challenge, code)).status).toBe(400)
  expect((await answer((await signIn(as)).data.challenge, codeNow(secret))).status).toBe(200)
})

test('a recovery code is taken once, however it is typed', async () => {
  const { as, codes } = await enrolled()
  const typed = codes[3]!.toLowerCase().replaceAll('-', ' ')
  expect((await answer((await signIn(as)).data.challenge, typed)).status).toBe(200)
  expect((await answer((await signIn(as)).data.challenge, codes[3]!)).status).toBe(400)
  const state = await call<SecondFactor>('GET', 'second-factor', undefined, as)
  expect(state.data.recoveryCodes).toBe(9)
})

test('after five wrong codes even the right one waits for a quarter of an hour', async () => {
  const { as, secret } = await enrolled()
  const { challenge } = (await signIn(as)).data
  const wrong = codeNow(secret) === '000000' ? '000001' : '000000'
  const statuses = await Promise.all(Array.from({ length: 8 }, () => answer(challenge, wrong)))
  expect(statuses.map(({ status }) => status).sort()).toEqual([400, 400, 400, 400, 400, 429, 429, 429])
  const refused = await answer((await signIn(as)).data.challenge, codeNow(secret))
  expect([refused.error.code, refused.headers.get('retry-after')]).toEqual(['RATE_LIMIT_EXCEEDED', '900'])
  handles.setNow(handles.now() + 15 * MINUTE)
  expect((await answer((await signIn(as)).data.challenge, codeNow(secret))).status).toBe(200)
})

test('a challenge is over after five minutes, with a new password, and when it was not made here', async () => {
  const { as, secret } = await enrolled()
  const { challenge } = (await signIn(as)).data
  const at = handles.now()
  handles.setNow(at + 5 * MINUTE)
  expect((await answer(challenge, codeNow(secret))).status).toBe(401)
  handles.setNow(at)
  for (const forged of ['', 'nonsense', `${challenge.slice(0, -2)}AA`])
    expect((await answer(forged, codeNow(secret))).status).toBe(401)
  await call('POST', 'password', { password: PASSWORD, newPassword: 'another password' }, as)
  expect((await answer(challenge, codeNow(secret))).status).toBe(401)
})

test('a challenge of a suspended user is not answered', async () => {
  const { as, secret } = await enrolled()
  const { challenge } = (await signIn(as)).data
  await handles.db.update(users).set({ isActive: false }).where(eq(users.id, as.user.id))
  expect((await answer(challenge, codeNow(secret))).status).toBe(401)
})

test('turning it off takes the password and a code', async () => {
  const { as, secret, codes } = await enrolled()
  const disable = (password: string, code: string) => call('DELETE', 'second-factor', { password, code }, as)
  expect((await disable('wrong', codeNow(secret))).status).toBe(400)
  expect((await disable(PASSWORD, 'AAAA-AAAA-AAAA-AAAA')).status).toBe(400)
  expect((await disable(PASSWORD, codes[0]!)).status).toBe(200)
  expect((await signIn(as)).data.accessToken).toBeDefined()
  expect((await mailbox.last(as.user.email)).subject).toContain('turned off')
})

test('a super admin turns it off for somebody who lost everything', async () => {
  const { as } = await enrolled()
  const admin = await accounts.client.person('super_admin')
  const remove = (by: Login) =>
    accounts.client.call('DELETE', `/api/admin/users/${as.user.id}/second-factor`, { as: by })
  expect((await remove(as)).status).toBe(403)
  expect([(await remove(admin)).status, (await remove(admin)).status]).toEqual([200, 404])
  expect((await signIn(as)).data.accessToken).toBeDefined()
  expect((await mailbox.last(as.user.email)).subject).toContain('turned off')
})

test('the database holds neither the secret nor a recovery code', async () => {
  const { secret, codes } = await enrolled()
  const rows = JSON.stringify([
    await handles.db.select().from(secondFactors),
    await handles.db.select().from(recoveryCodes),
  ])
  for (const text of [secret, ...codes]) expect(rows).not.toContain(text)
})
