// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { App } from '../App/App'
import { draw, emptyBuilder, makeUser, seeText, serve, signedOut, type, type Replies } from '../testing'

const unproven = { ...makeUser('builder'), emailVerified: false }
const asUnproven: Replies = {
  'GET /api/auth/me': () => ({ data: unproven }),
  'GET /api/builders/us_1/dashboard': () => ({ data: emptyBuilder }),
}
const open = async (path: string, replies: Replies) => {
  const server = await serve(replies)
  history.replaceState(null, '', path)
  return { ...server, root: draw(<App />) }
}
const send = (root: HTMLElement) => root.querySelector('form')!.requestSubmit()

test('promises a link without telling whether there is such an account', async () => {
  const { root } = await open('/forgot', { ...signedOut, 'POST /api/auth/forgot': () => ({ data: null }) })
  await expect.poll(() => root.querySelector('form')).toBeTruthy()
  type(root, 'email', 'nobody@example.com')
  send(root)
  await seeText(root, 'If nobody@example.com has an account')
})

test('takes a new password with the token of the link, which leaves the address', async () => {
  const sent: unknown[] = []
  const { root } = await open('/reset#token=t1', {
    ...signedOut,
    'POST /api/auth/reset': (body) => {
      sent.push(body)
      return { data: null }
    },
  })
  await seeText(root, 'Choose a password')
  expect(location.href).not.toContain('t1')
  type(root, 'password', 'a new password')
  send(root)
  await seeText(root, 'Your password is changed')
  expect(sent).toEqual([{ token: 't1', password: 'a new password' }])
})

test('signs this page out too when the password of its account is reset', async () => {
  const { root, replies } = await open('/reset#token=t1', {
    ...asUnproven,
    'POST /api/auth/reset': () => {
      Object.assign(replies, signedOut)
      return { data: null }
    },
  })
  await seeText(root, 'Choose a password')
  type(root, 'password', 'a new password')
  send(root)
  await seeText(root, 'Your password is changed')
  root.querySelector<HTMLAnchorElement>('a.primary')!.click()
  await seeText(root, 'Forgot your password?')
})

test('says what is wrong with a link that does not work', async () => {
  const fields = [{ path: 'token', message: 'This link was used or is too old.' }]
  const used = {
    code: 'VALIDATION_ERROR',
    message: `token: ${fields[0]!.message}`,
    details: { fields },
  } as const
  const refused = { ...signedOut, 'POST /api/auth/verify': () => ({ error: used }) }
  const { root } = await open('/verify#token=old', refused)
  await expect
    .poll(() => root.querySelector('[role="alert"]')?.textContent)
    .toBe('This link was used or is too old.')
  await seeText((await open('/verify', refused)).root, 'It is not whole.')
  await seeText((await open('/reset', refused)).root, 'This link is not whole')
})

test('confirms the address once, and the reminder goes', async () => {
  let user = unproven
  const { root, asked } = await open('/verify#token=t2', {
    ...asUnproven,
    'GET /api/auth/me': () => ({ data: user }),
    'POST /api/auth/verify': () => {
      user = { ...unproven, emailVerified: true }
      return { data: { email: user.email } }
    },
  })
  await seeText(root, 'ada@example.com is yours')
  await expect.poll(() => asked.filter((name) => name === 'GET /api/auth/me')).toHaveLength(2)
  expect(asked.filter((name) => name === 'POST /api/auth/verify')).toHaveLength(1)
  root.querySelector<HTMLAnchorElement>('a.primary')!.click()
  await seeText(root, 'Revenue Overview')
  expect(root.textContent).not.toContain('Send the mail again')
})

test('reminds of an address that is not confirmed, and sends the mail again', async () => {
  const { root, asked } = await open('/builder-dashboard', {
    ...asUnproven,
    'POST /api/auth/verify/send': () => ({ data: null }),
  })
  await seeText(root, 'Please confirm that ada@example.com is yours')
  root.querySelector<HTMLButtonElement>('.reminder button')!.click()
  await seeText(root, 'A link is on its way')
  expect(asked).toContain('POST /api/auth/verify/send')
})
