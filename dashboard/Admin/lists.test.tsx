// @vitest-environment happy-dom
import { act } from 'preact/test-utils'
import { expect, test } from 'vitest'
import type { AdminUser } from '../../schema/wire/admin'
import type { User } from '../../schema/wire/api'
import { App } from '../App/App'
import { draw, emptyBuilder, makeUser, seeText, serve, type, type Replies } from '../testing'
import { readPeople } from './InviteDialog'

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
  const root = await open('/admin/users', {
    'GET /api/admin/users': () => ({ data: [person('us_1', 'Ada'), { ...bob }] }),
    'POST /api/admin/users/bulk': (body) => {
      const { action, ids } = body as { action: string; ids: string[] }
      bob.state = action === 'suspend' ? 'suspended' : 'active'
      return { data: { results: ids.map((target) => ({ target, ok: true, id: target })) } }
    },
  })
  await seeText(root, 'bob@example.com')
  const buttons = () =>
    [...root.querySelectorAll('tbody button')].map((button) => button.getAttribute('aria-label'))
  const press = (name: string) => root.querySelector<HTMLButtonElement>(`[aria-label="${name}"]`)!.click()
  expect(buttons()).toEqual(['See as Bob', 'Suspend Bob'])
  press('Suspend Bob')
  await expect.poll(buttons).toEqual(['Restore Bob'])
  expect(root.querySelector('.status.suspended')?.textContent).toBe('Suspended')
  press('Restore Bob')
  await expect.poll(buttons).toEqual(['See as Bob', 'Suspend Bob'])
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

test('sorts by what is pressed, turns it round, and filters', async () => {
  const views: string[] = []
  const root = await open('/admin/builders', {
    'GET /api/admin/builders': (_, { url }) => {
      views.push(url!.split('?')[1]!)
      const builder = {
        ...person('us_2', 'Bob'),
        projects: 3,
        implementations: 7,
        revenue: 0,
        currency: 'USD',
      }
      return { data: views.at(-1)!.includes('state=removed') ? [] : [builder] }
    },
  })
  await seeText(root, 'bob@example.com')
  const heading = (title: string) =>
    [...root.querySelectorAll('thead th')].find((each) => each.textContent === title)!
  heading('Revenue').querySelector('button')!.click()
  await expect.poll(() => views.at(-1)).toBe('page=1&sort=revenue&order=desc')
  heading('Revenue').querySelector('button')!.click()
  await expect.poll(() => views.at(-1)).toBe('page=1&sort=revenue&order=asc')
  expect(heading('Revenue').getAttribute('aria-sort')).toBe('ascending')
  const filter = root.querySelector<HTMLSelectElement>('[aria-label="State"]')!
  filter.value = 'removed'
  act(() => void filter.dispatchEvent(new Event('change', { bubbles: true })))
  await seeText(root, 'There are no such builders.')
  expect(views.at(-1)).toBe('page=1&sort=revenue&order=asc&state=removed')
})

test('changes many users at once, and says of each what became of it', async () => {
  const sent: unknown[] = []
  const root = await open('/admin/users', {
    'GET /api/admin/users': () => ({
      data: [person('us_1', 'Ada'), person('us_2', 'Bob'), person('us_3', 'Cleo')],
    }),
    'POST /api/admin/users/bulk': (body) => {
      sent.push(body)
      return {
        data: {
          results: [
            { target: 'us_2', ok: true, id: 'us_2' },
            {
              target: 'us_3',
              ok: false,
              code: 'RESOURCE_CONFLICT',
              message: 'The address has a new account.',
            },
          ],
        },
      }
    },
  })
  await seeText(root, 'cleo@example.com')
  expect(root.querySelectorAll('tbody [type="checkbox"]')).toHaveLength(2)
  root.querySelector<HTMLInputElement>('[aria-label="Choose all on this page"]')!.click()
  await seeText(root, '2 chosen')
  const restore = [...root.querySelectorAll<HTMLButtonElement>('.chosen button')].find(
    (button) => button.textContent === 'Restore',
  )!
  restore.click()
  await seeText(root, 'Not done: 1 of 2')
  expect(sent).toEqual([{ action: 'restore', ids: ['us_2', 'us_3'] }])
  expect([...root.querySelectorAll('.results li')].map((line) => line.textContent)).toEqual([
    'Bob: Done.',
    'Cleo: The address has a new account.',
  ])
})

test('reads invitations as mail programs write addresses', () => {
  const text = 'ada@example.com\n\nBob Byte <bob@example.com>; "Cleo, of course" <cleo@example.com>'
  expect(readPeople(text, ['builder']).map(({ name, email }) => [name, email])).toEqual([
    ['ada', 'ada@example.com'],
    ['Bob Byte', 'bob@example.com'],
    ['Cleo, of course', 'cleo@example.com'],
  ])
})

test('invites people and says who has an account already', async () => {
  const sent: unknown[] = []
  const root = await open('/admin/users', {
    'GET /api/admin/users': () => ({ data: [person('us_2', 'Bob')] }),
    'POST /api/admin/users/bulk': (body) => {
      sent.push(body)
      return {
        data: {
          results: [
            {
              target: 'zoe@example.com',
              ok: false,
              code: 'RESOURCE_CONFLICT',
              message: 'There is an account.',
            },
          ],
        },
      }
    },
  })
  await seeText(root, 'bob@example.com')
  root.querySelector<HTMLButtonElement>('.title .button')!.click()
  await seeText(root, 'Send invitations')
  type(root, 'people', 'Zoe <zoe@example.com>')
  root.querySelector<HTMLFormElement>('dialog form')!.requestSubmit()
  await seeText(root, 'zoe@example.com: There is an account.')
  expect(sent).toEqual([
    {
      action: 'invite',
      people: [{ email: 'zoe@example.com', name: 'Zoe', personas: ['builder'] }],
    },
  ])
})

test('shows Oriel through somebody’s eyes under a banner, until it is ended', async () => {
  const bob = person('us_2', 'Bob')
  let seen: User | undefined
  const root = await open('/admin/users', {
    'GET /api/auth/me': () => ({ data: seen ?? makeUser('super_admin') }),
    'GET /api/admin/users': () => ({ data: [bob] }),
    'GET /api/builders/us_2/dashboard': () => ({ data: emptyBuilder }),
    'POST /api/admin/users/us_2/impersonate': (body) => {
      expect(body).toEqual({ reason: 'They asked for help', persona: 'builder' })
      const impersonation = { by: { id: 'us_1', name: 'Ada' }, until: Date.now() + 29.5 * 60_000 }
      seen = { ...makeUser('builder'), id: 'us_2', name: 'Bob', impersonation }
      return { data: { user: seen, accessToken: 'token', expiresIn: 1800 } }
    },
    'DELETE /api/auth/impersonation': () => {
      seen = undefined
      return { data: null }
    },
  })
  await seeText(root, 'bob@example.com')
  root.querySelector<HTMLButtonElement>('[aria-label="See as Bob"]')!.click()
  await seeText(root, 'See Oriel as Bob')
  type(root, 'reason', 'They asked for help')
  root.querySelector<HTMLFormElement>('dialog form')!.requestSubmit()
  await seeText(root, 'You are seeing Oriel as Bob · builder · read only · 30 minutes left')
  expect(location.pathname).toBe('/builder-dashboard')
  root.querySelector<HTMLButtonElement>('.eyes button')!.click()
  await expect.poll(() => root.querySelector('.eyes')).toBe(null)
  expect(location.pathname).toBe('/admin')
})
