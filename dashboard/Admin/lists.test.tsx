// @vitest-environment happy-dom
import { act } from 'preact/test-utils'
import { expect, test } from 'vitest'
import type { AdminUser } from '../../schema/wire/admin'
import { App } from '../App/App'
import { draw, makeUser, seeText, serve, type Replies } from '../testing'

const person = (id: string, name: string): AdminUser => ({
  id,
  email: `${name.toLowerCase()}@example.com`,
  name,
  persona: 'builder',
  personas: ['builder'],
  grants: [],
  state: 'active',
  plan: 'free',
  createdAt: 0,
  lastSeenAt: null,
})
const open = async (path: string, replies: Replies) => {
  await serve({ 'GET /api/auth/me': () => ({ data: makeUser('super_admin') }), ...replies })
  history.replaceState(null, '', path)
  return draw(<App />)
}

test('suspends a user and restores them, but offers nobody to lock themselves out', async () => {
  const bob = person('us_2', 'Bob')
  const become = (state: AdminUser['state']) => {
    bob.state = state
    return { data: bob }
  }
  const root = await open('/admin/users', {
    'GET /api/admin/users': () => ({ data: [person('us_1', 'Ada'), { ...bob }] }),
    'POST /api/admin/users/us_2/suspend': () => become('suspended'),
    'POST /api/admin/users/us_2/restore': () => become('active'),
  })
  await seeText(root, 'bob@example.com')
  const buttons = () =>
    [...root.querySelectorAll('tbody button')].map((button) => button.getAttribute('aria-label'))
  expect(buttons()).toEqual(['Suspend Bob'])
  root.querySelector<HTMLButtonElement>('tbody button')!.click()
  await expect.poll(buttons).toEqual(['Restore Bob'])
  expect(root.querySelector('.status.suspended')?.textContent).toBe('Suspended')
  root.querySelector<HTMLButtonElement>('tbody button')!.click()
  await expect.poll(buttons).toEqual(['Suspend Bob'])
})

test('searches after a pause in typing, and says when nothing is found', async () => {
  const searches: (string | null)[] = []
  const root = await open('/admin/users', {
    'GET /api/admin/users': (_, { url }) => {
      const search = new URL(url ?? '', 'http://x').searchParams.get('search')
      searches.push(search)
      return { data: search ? [] : [person('us_2', 'Bob')] }
    },
  })
  await seeText(root, 'bob@example.com')
  const field = root.querySelector<HTMLInputElement>('.search')!
  for (const text of ['c', 'ca', 'carol & co']) {
    field.value = text
    act(() => void field.dispatchEvent(new InputEvent('input', { bubbles: true })))
  }
  await seeText(root, 'Nothing is found for “carol & co”.')
  expect(searches).toEqual([null, 'carol & co'])
})

test('lists builders with what came of their work', async () => {
  const builder = {
    ...person('us_2', 'Bob'),
    projects: 3,
    implementations: 7,
    revenue: 1999,
    currency: 'USD',
  }
  const root = await open('/admin/builders', { 'GET /api/admin/builders': () => ({ data: [builder] }) })
  await seeText(root, '$19.99')
  const current = [...root.querySelectorAll('nav [aria-current]')].map((link) => link.getAttribute('href'))
  expect(current).toEqual(['/admin/builders'])
})

test('says so while no widget stands anywhere', async () => {
  const root = await open('/admin/implementations', {
    'GET /api/admin/implementations': () => ({ data: [] }),
  })
  await seeText(root, 'There are no implementations yet.')
})
