// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { App } from '../App/App'
import { draw, emptyBuilder, makeUser, seeText, serve, signedOut, type, type Replies } from '../testing'

const login = { user: makeUser('builder'), accessToken: '', expiresIn: 900 }
const open = async (path: string, replies: Replies = {}) => {
  const server = await serve({
    ...signedOut,
    'GET /api/builders/us_1/dashboard': () => ({ data: emptyBuilder }),
    ...replies,
  })
  history.replaceState(null, '', path)
  return { ...server, root: draw(<App />) }
}
const answerWith = (accepted: unknown): Replies => ({
  'POST /api/auth/login/second-factor': (body) =>
    JSON.stringify(body) === JSON.stringify(accepted)
      ? { data: login }
      : { error: { code: 'VALIDATION_ERROR', message: 'No', details: wrongCode } },
})
const wrongCode = { fields: [{ path: 'code', message: 'Is not the code of now.' }] }
const send = (root: HTMLElement) => root.querySelector('form')!.requestSubmit()

test('asks for a code when the account has a second step, and again when it is wrong', async () => {
  const { root } = await open('/login', {
    'POST /api/auth/login': () => ({ data: { challenge: 'ch', expiresIn: 300 } }),
    ...answerWith({ challenge: 'ch', code: '123456' }),
  })
  await seeText(root, 'Forgot your password?')
  type(root, 'email', 'ada@example.com')
  type(root, 'password', 'secret')
  send(root)
  await seeText(root, 'authenticator app')
  type(root, 'code', '000000')
  send(root)
  await seeText(root, 'Is not the code of now.')
  type(root, 'code', '123456')
  send(root)
  await seeText(root, 'Revenue Overview')
})

test('goes on with the second step after a sign-in provider, and keeps its challenge out of the address', async () => {
  const { root } = await open(
    '/login#challenge=from-provider',
    answerWith({ challenge: 'from-provider', code: 'abcd-efgh' }),
  )
  await seeText(root, 'recovery codes')
  expect(location.hash).toBe('')
  type(root, 'code', 'abcd-efgh')
  send(root)
  await seeText(root, 'Revenue Overview')
})

test('a challenge that took too long says so, and the way back is open', async () => {
  const { root, asked } = await open('/login#challenge=old', {
    'POST /api/auth/login/second-factor': () => ({
      status: 401,
      error: { code: 'AUTH_ERROR', message: 'That took too long. Please sign in again.' },
    }),
  })
  await seeText(root, 'One more step')
  type(root, 'code', '123456')
  const before = asked.length
  send(root)
  await seeText(root, 'That took too long.')
  expect(asked.slice(before)).toEqual(['POST /api/auth/login/second-factor'])
  root.querySelector<HTMLButtonElement>('button[type="button"]')!.click()
  await seeText(root, 'Forgot your password?')
})

test('shows as text what a sign-in provider’s way ended with', async () => {
  const { root } = await open(`/login#error=${encodeURIComponent('Google said <b>no</b>.')}`)
  await seeText(root, 'Google said <b>no</b>.')
  expect(root.querySelector('[role="alert"] b')).toBeNull()
})

test('offers the providers that the server has, for the persona that somebody chose', async () => {
  const offered: Replies = { 'GET /api/auth/oauth': () => ({ data: [{ id: 'github', name: 'GitHub' }] }) }
  const { root } = await open('/register', offered)
  await seeText(root, 'Continue with GitHub')
  const link = () => root.querySelector('.providers a')?.getAttribute('href')
  expect(link()).toBe('/api/auth/oauth/github?persona=end_user')
  root.querySelectorAll<HTMLInputElement>('[name="persona"]')[1]!.click()
  await expect.poll(link).toBe('/api/auth/oauth/github?persona=builder')
})
