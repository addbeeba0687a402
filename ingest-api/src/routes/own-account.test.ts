import { describe, expect, test } from 'vitest'
import type { Login, NewApiKey, User } from '../../../schema/wire/api'
import { accounts, handles, PASSWORD, START } from '../testing-accounts'
import { tokenIn } from '../testing-mail'
import { actionsOf, login, mailbox, OTHER_PASSWORD, post, register } from '../testing-mailed-accounts'

const MINUTE = 60_000

describe('changing the password', () => {
  test('ends the other sessions and not this one', async () => {
    const ada = await register()
    const elsewhere = (await login(ada.email)).data
    const { status } = await post('password', { password: PASSWORD, newPassword: OTHER_PASSWORD }, ada)
    expect(status).toBe(200)
    expect([(await accounts.me(ada)).status, (await accounts.me(elsewhere)).status]).toEqual([200, 401])
    expect((await login(ada.email, OTHER_PASSWORD)).status).toBe(200)
    expect((await mailbox.last(ada.email)).subject).toBe('Your password was changed')
    expect(await actionsOf(ada.user.id)).toEqual(['user.create', 'user.change_password'])
  })

  test('needs the one until now', async () => {
    const ada = await register()
    const { status, error } = await post(
      'password',
      { password: OTHER_PASSWORD, newPassword: OTHER_PASSWORD },
      ada,
    )
    expect([status, error.details?.fields]).toEqual([400, [{ path: 'password', message: 'Is not right.' }]])
    expect((await login(ada.email)).status).toBe(200)
  })

  test('happens once when two requests race', async () => {
    const ada = await register()
    const change = (newPassword: string) => post('password', { password: PASSWORD, newPassword }, ada)
    const answers = await Promise.all([change(OTHER_PASSWORD), change('a third horse battery')])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('the profile', () => {
  test('changes its name and nothing that is not its own', async () => {
    const ada = await register()
    const patch = (body: unknown) => accounts.client.call<User>('PATCH', '/api/auth/me', { as: ada, body })
    expect((await patch({ name: ' Grace ' })).data).toEqual({ ...ada.user, name: 'Grace' })
    for (const more of [
      { roles: ['super_admin'] },
      { isActive: true },
      { email: 'x@example.com' },
      { name: '' },
    ])
      expect((await patch(more)).status).toBe(400)
    expect((await accounts.me(ada)).data.name).toBe('Grace')
  })

  test('takes a new address once a link that came there was opened, and the old one is told', async () => {
    const ada = await register()
    const email = accounts.freshEmail()
    handles.setNow(START + MINUTE)
    expect((await post('email', { email, password: OTHER_PASSWORD }, ada)).status).toBe(400)
    expect((await post('email', { email, password: PASSWORD }, ada)).status).toBe(200)
    expect((await accounts.me(ada)).data.email).toBe(ada.email)
    await post('verify', { token: tokenIn(await mailbox.last(email)) })
    expect((await accounts.me(ada)).data).toMatchObject({ email, emailVerified: true })
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
    expect((await accounts.me(ada)).data.email).toBe(ada.email)
  })
})

describe('deleting the account', () => {
  const remove = (as: Login, password = PASSWORD) =>
    accounts.client.call('DELETE', '/api/auth/me', { as, body: { password } })

  test('needs the password', async () => {
    const ada = await register()
    expect((await remove(ada, OTHER_PASSWORD)).status).toBe(400)
    expect((await accounts.me(ada)).status).toBe(200)
  })

  test('ends sessions, keys, projects and implementations, and frees the address', async () => {
    const ada = await register({ persona: 'end_user' })
    const builder = await accounts.client.person('builder')
    const project = await accounts.client.releasedProject(builder)
    const { data: implementation } = await accounts.client.implement(ada, project.id)
    const created = await post<NewApiKey>('api-keys', { name: 'CI', scopes: ['view_usage'] }, ada)
    const headers = { authorization: `Bearer ${created.data.key}` }
    expect((await accounts.client.call('GET', '/api/auth/me', { headers })).status).toBe(200)
    expect((await remove(ada)).status).toBe(200)
    expect((await accounts.me(ada)).status).toBe(401)
    expect((await accounts.client.call('GET', '/api/auth/me', { headers })).status).toBe(401)
    expect((await login(ada.email)).status).toBe(401)
    expect((await accounts.client.call('GET', `/api/modules/${implementation.id}/runtime`)).status).toBe(404)
    expect((await mailbox.last(ada.email)).subject).toBe('Your account was deleted')
    expect((await register({ email: ada.email })).user.id).not.toBe(ada.user.id)
    expect(
      (await accounts.client.call('DELETE', `/api/projects/${project.id}`, { as: builder })).status,
    ).toBe(200)
  })

  test('leaves other people’s sites as they are and tells their owners, once each', async () => {
    const ada = await register()
    const site = await register({ persona: 'end_user' })
    const project = await accounts.client.releasedProject(ada)
    const first = await accounts.client.implement(site, project.id, { name: 'Shop poll' })
    await accounts.client.implement(site, project.id, { name: 'Blog poll' })
    expect((await remove(ada)).status).toBe(200)
    expect((await accounts.client.call('GET', `/api/modules/${first.data.id}/runtime`)).status).toBe(200)
    expect(
      (await accounts.client.implement(await register({ persona: 'end_user' }), project.id)).status,
    ).toBe(404)
    const letter = await mailbox.last(site.email)
    expect(letter.subject).toBe('The builder of your widget has left')
    expect(letter.text).toMatch(/Shop poll, Blog poll|Blog poll, Shop poll/)
  })

  test('is undone by the link in the mail, once, with what was removed before still gone', async () => {
    const ada = await register({ persona: 'end_user' })
    const project = await accounts.client.releasedProject(await accounts.client.person('builder'))
    const [kept, gone] = [
      await accounts.client.implement(ada, project.id),
      await accounts.client.implement(ada, project.id),
    ]
    await accounts.client.call('DELETE', `/api/widgets/${gone.data.id}`, { as: ada })
    handles.setNow(START + MINUTE)
    await remove(ada)
    const token = tokenIn(await mailbox.last(ada.email))
    const restore = () => post('restore', { token })
    expect((await restore()).status).toBe(200)
    expect((await restore()).status).toBe(400)
    expect((await login(ada.email)).status).toBe(200)
    const runtime = async (id: string) =>
      (await accounts.client.call('GET', `/api/modules/${id}/runtime`)).status
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
    const admin = await accounts.client.person('super_admin')
    expect((await remove(admin, 'a long password')).status).toBe(409)
    await accounts.client.person('super_admin')
    expect((await remove(admin, 'a long password')).status).toBe(200)
  })
})

test('a refresh token that comes back too late is told to its owner, with the device', async () => {
  const ada = await register()
  const headers = {
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  }
  const { data } = await accounts.client.call<Login>('POST', '/api/auth/login', {
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
    expect((await accounts.client.call(method, `/api/auth/${path}`, { headers, body: {} })).status).toBe(403)
})
