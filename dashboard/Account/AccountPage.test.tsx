// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest'
import type { ApiKey, NewApiKey, Session } from '../../schema/wire/api'
import type { CreateApiKeyRequest } from '../../schema/wire/requests'
import { App } from '../App/App'
import { draw, makeUser, seeText, serve, signedOut, type, type Replies } from '../testing'

const session = (id: string, device: string, current = false): Session => ({
  id,
  device,
  userAgent: null,
  persona: 'builder',
  createdAt: 0,
  lastSeenAt: Date.now(),
  expiresAt: Date.now() + 1000,
  current,
})
/** The account page over a server with two sessions, no second step and no keys, as far as not said otherwise. */
const open = async (replies: Replies = {}) => {
  const server = await serve({
    'GET /api/auth/me': () => ({ data: makeUser('builder') }),
    'GET /api/auth/sessions': () => ({ data: [session('se_1', 'Firefox on Linux', true)] }),
    'GET /api/auth/second-factor': () => ({ data: { enabled: false, recoveryCodes: 0 } }),
    'GET /api/auth/api-keys': () => ({ data: [] }),
    'GET /api/auth/oauth': () => ({ data: [] }),
    'GET /api/jobs': () => ({ data: [] }),
    'GET /api/auth/identities': () => ({ data: [] }),
    ...replies,
  })
  history.replaceState(null, '', '/account')
  const root = draw(<App />)
  await seeText(root, 'Delete the account')
  await seeText(root, 'This device')
  return { ...server, root }
}
const panel = (root: HTMLElement, title: string) =>
  [...root.querySelectorAll<HTMLElement>('.panel')].find(
    (each) => each.querySelector('h2')?.textContent === title,
  )!
const press = (within: HTMLElement, label: string) =>
  [...within.querySelectorAll('button')]
    .find((button) => (button.getAttribute('aria-label') ?? button.textContent).trim() === label)!
    .click()
const send = (within: HTMLElement) => within.querySelector('form')!.requestSubmit()

test('a new name shows at once everywhere', async () => {
  const { root } = await open({
    'PATCH /api/auth/me': (body) => ({ data: { ...makeUser('builder'), ...(body as object) } }),
  })
  type(panel(root, 'Profile'), 'name', 'Countess')
  send(panel(root, 'Profile'))
  await expect.poll(() => root.querySelector('.who b')?.textContent).toBe('Countess')
})

test('a new address waits for its mail, and the password leaves the form', async () => {
  const sent: unknown[] = []
  const { root } = await open({
    'POST /api/auth/email': (body) => {
      sent.push(body)
      return { data: null }
    },
  })
  const email = panel(root, 'Email address')
  type(email, 'email', 'new@example.com')
  type(email, 'password', 'secret')
  send(email)
  await seeText(email, 'A link is on its way to new@example.com')
  expect(sent).toEqual([{ email: 'new@example.com', password: 'secret' }])
  expect(email.querySelector<HTMLInputElement>('[name="password"]')!.value).toBe('')
})

test('a wrong password is said at its field', async () => {
  const fields = [{ path: 'password', message: 'Is not your password.' }]
  const { root } = await open({
    'POST /api/auth/password': () => ({
      error: { code: 'VALIDATION_ERROR', message: 'No', details: { fields } },
    }),
  })
  const password = panel(root, 'Password')
  type(password, 'password', 'wrong')
  type(password, 'newPassword', 'long enough for it')
  send(password)
  await seeText(password, 'Is not your password.')
})

test('one other device, or all of them, can be signed out', async () => {
  let sessions = [session('se_1', 'Firefox on Linux', true), session('se_2', 'A'), session('se_3', 'B')]
  const keep = (which: (each: Session) => boolean) => {
    sessions = sessions.filter(which)
    return { data: { ended: 1 } }
  }
  const { root } = await open({
    'GET /api/auth/sessions': () => ({ data: sessions }),
    'DELETE /api/auth/sessions/se_2': () => keep(({ id }) => id !== 'se_2'),
    'DELETE /api/auth/sessions': () => keep(({ current }) => current),
  })
  const list = panel(root, 'Where you are signed in')
  const devices = () => [...list.querySelectorAll('tbody th')].map((cell) => cell.textContent)
  press(list, 'Sign out A')
  await expect.poll(devices).toEqual(['Firefox on Linux', 'B'])
  press(list, 'Sign out all others')
  await expect.poll(devices).toEqual(['Firefox on Linux'])
  expect(list.querySelectorAll('button')).toHaveLength(0)
})

test('the second step is set up with a code, shows its recovery codes once, and is turned off again', async () => {
  let enabled = false
  const { root, asked } = await open({
    'GET /api/auth/second-factor': () => ({ data: { enabled, recoveryCodes: enabled ? 2 : 0 } }),
    'POST /api/auth/second-factor': () => ({ data: { secret: 'ABCDEFGH', uri: 'otpauth://totp/x' } }),
    'POST /api/auth/second-factor/confirm': () => {
      enabled = true
      return { data: { recoveryCodes: ['aaaa-bbbb', 'cccc-dddd'] } }
    },
    'DELETE /api/auth/second-factor': () => {
      enabled = false
      return { data: null }
    },
  })
  const step = panel(root, 'Second step')
  await seeText(step, 'a stolen password alone opens nothing')
  type(step, 'password', 'secret')
  send(step)
  await seeText(step, 'ABCD EFGH')
  expect(step.querySelector('a')?.getAttribute('href')).toBe('otpauth://totp/x')
  press(step, 'Copy')
  await expect.poll(() => root.querySelector('.toast')).toBeTruthy()
  expect(asked).not.toContain('POST /api/auth/second-factor/confirm')
  type(step, 'code', '123456')
  send(step)
  await seeText(step, 'aaaa-bbbb')
  press(step, 'I have kept them')
  await seeText(step, '2 recovery codes are left')
  expect(step.textContent).not.toContain('aaaa-bbbb')
  type(step, 'password', 'secret')
  type(step, 'code', '123456')
  send(step)
  await seeText(step, 'a stolen password alone opens nothing')
})

test('a key is made for what it may do, shown once, and revoked', async () => {
  let keys: ApiKey[] = []
  const asked: CreateApiKeyRequest[] = []
  const { root } = await open({
    'GET /api/auth/api-keys': () => ({ data: keys }),
    'POST /api/auth/api-keys': (body) => {
      const request = body as CreateApiKeyRequest
      asked.push(request)
      const { name, scopes, expiresAt = null } = request
      const times = { createdAt: 0, expiresAt, lastUsedAt: null }
      const made: ApiKey = { id: 'ak_1', name, hint: 'ok_abcd', persona: 'builder', scopes, ...times }
      keys = [made]
      return { data: { ...made, key: 'ok_abcdefgh' } satisfies NewApiKey }
    },
    'DELETE /api/auth/api-keys/ak_1': () => {
      keys = []
      return { data: null }
    },
  })
  const list = panel(root, 'API keys')
  await seeText(list, 'with a key of their own')
  press(list, 'Make a key')
  await seeText(list, 'What it may do, as builder')
  type(list, 'name', 'Build server')
  list.querySelector<HTMLInputElement>('[name="create_projects"]')!.click()
  await expect.poll(() => list.querySelector<HTMLButtonElement>('form .primary')!.disabled).toBe(false)
  send(list)
  await seeText(list, 'ok_abcdefgh')
  expect(asked[0]).toMatchObject({ name: 'Build server', scopes: ['create_projects'] })
  expect(asked[0]!.expiresAt! - Date.now()).toBeGreaterThan(29 * 86_400_000)
  press(list, 'I have it')
  await expect.poll(() => list.textContent).not.toContain('ok_abcdefgh')
  await seeText(list, 'Build server ok_abcd…')
  press(list, 'Revoke Build server')
  await seeText(list, 'with a key of their own')
})

test('the account is deleted only after the question and the password', async () => {
  const { root, asked, replies } = await open({
    'DELETE /api/auth/me': (body) => {
      expect(body).toEqual({ password: 'secret' })
      Object.assign(replies, signedOut)
      return { data: null }
    },
  })
  const leave = panel(root, 'Delete the account')
  press(leave, 'Delete my account')
  await seeText(leave, 'You have 14 days to come back.')
  expect(asked).not.toContain('DELETE /api/auth/me')
  type(leave, 'password', 'secret')
  send(leave)
  await seeText(root, 'Forgot your password?')
})

describe('other ways to sign in', () => {
  const offered = () => ({ data: [{ id: 'google', name: 'Google' }] })
  const github = { provider: 'github', email: 'ada@github.example', createdAt: 0 }

  test('are not spoken of where there are none', async () => {
    const { root } = await open()
    expect(panel(root, 'Other ways to sign in')).toBeUndefined()
  })

  test('show those that are connected, and let go all but the last', async () => {
    let isLast = false
    const { root } = await open({
      'GET /api/auth/oauth': offered,
      'GET /api/auth/identities': () => ({ data: isLast ? [] : [github] }),
      'DELETE /api/auth/identities/github': () => {
        if (isLast) return { data: null }
        isLast = true
        return { status: 409, error: { code: 'RESOURCE_CONFLICT', message: 'Set a password first.' } }
      },
    })
    await seeText(root, 'GitHub ada@github.example')
    press(panel(root, 'Other ways to sign in'), 'Disconnect GitHub')
    await seeText(root, 'Set a password first.')
    press(panel(root, 'Other ways to sign in'), 'Disconnect GitHub')
    await seeText(root, 'GitHub opens your account no more')
  })

  test('asks for the password before it goes to the provider', async () => {
    const { root } = await open({
      'GET /api/auth/oauth': offered,
      'POST /api/auth/identities/google': (body) => {
        expect(body).toEqual({ password: 'wrong' })
        const fields = [{ path: 'password', message: 'Is not right.' }]
        return { error: { code: 'VALIDATION_ERROR', message: 'No', details: { fields } } }
      },
    })
    await seeText(root, 'Google')
    press(panel(root, 'Other ways to sign in'), 'Connect Google')
    await seeText(root, 'Go to Google')
    type(root.querySelector('dialog')!, 'password', 'wrong')
    send(root.querySelector('dialog')!)
    await seeText(root, 'Is not right.')
  })
})
