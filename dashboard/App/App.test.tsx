// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest'
import { draw, emptyBuilder, makeUser, seeText, serve, signedOut, type, type Replies } from '../testing'
import { App } from './App'

const as = (...personas: Parameters<typeof makeUser>): Replies => ({
  'GET /api/auth/me': () => ({ data: makeUser(...personas) }),
  'GET /api/builders/us_1/dashboard': () => ({ data: emptyBuilder }),
  'GET /api/projects': () => ({ data: [] }),
})
const open = (path: string) => {
  history.replaceState(null, '', path)
  return draw(<App />)
}

beforeEach(() => localStorage.clear())

test('leads who is not signed in to the door, and from there to where they wanted to go', async () => {
  await serve({
    ...as('builder'),
    ...signedOut,
    'POST /api/auth/login': () => ({ data: { user: makeUser('builder'), accessToken: '', expiresIn: 900 } }),
  })
  const root = open('/projects')
  await expect.poll(() => root.querySelector('form')).toBeTruthy()
  expect(location.pathname + location.search).toBe('/login?next=%2Fprojects')
  type(root, 'email', 'ada@example.com')
  type(root, 'password', 'secret')
  root.querySelector('form')!.requestSubmit()
  await seeText(root, 'All projects')
  expect(location.pathname).toBe('/projects')
})

test('never follows an address of somebody else’s after signing in', async () => {
  await serve(as('builder'))
  const root = open('/login?next=%2F%2Fevil.example%2Fprojects')
  await seeText(root, 'Revenue Overview')
  expect(location.pathname).toBe('/builder-dashboard')
})

test('leads /dashboard to the active persona’s own', async () => {
  await serve(as('builder'))
  await seeText(open('/dashboard'), 'Revenue Overview')
  expect(location.pathname).toBe('/builder-dashboard')
})

test('denies a page of another persona, and shows only the own ones in the navigation', async () => {
  await serve(as('builder'))
  const root = open('/admin')
  await seeText(root, 'Access denied')
  const links = [...root.querySelectorAll('nav a')].map((link) => link.getAttribute('href'))
  expect(links).toEqual(['/builder-dashboard', '/projects', '/marketplace', '/alerts', '/account'])
})

test('offers the other persona to who has it', async () => {
  await serve(as('end_user', ['end_user', 'builder']))
  const root = open('/projects')
  await seeText(root, 'Continue as builder')
  expect(root.querySelector<HTMLSelectElement>('select.persona')?.value).toBe('end_user')
})

test('says so when there is no such page', async () => {
  await serve(as('builder'))
  await seeText(open('/nowhere'), 'There is no such page')
})

test('says so when the server cannot be reached, and tries again', async () => {
  const { replies } = await serve({
    'GET /api/auth/me': () => ({
      status: 503,
      error: { code: 'SERVICE_UNAVAILABLE', message: 'Down for a moment.' },
    }),
  })
  const root = open('/builder-dashboard')
  await seeText(root, 'Down for a moment.')
  Object.assign(replies, as('builder'))
  root.querySelector<HTMLButtonElement>('.failed button')!.click()
  await seeText(root, 'Revenue Overview')
})
