import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ComponentChild } from 'preact'
import { render } from 'preact'
import { act } from 'preact/test-utils'
import { afterEach, expect } from 'vitest'
import type { BuilderDashboard, Usage, UsageTotals, User } from '../schema/wire/api'
import type { ErrorCode } from '../schema/wire/error'
import { ROLE_PERMISSIONS, type Persona } from '../schema/wire/permission'
import { forgetQueries } from './data/query'

declare global {
  interface Window {
    /** The test environment's own handle. */
    happyDOM: { setURL: (url: string) => void }
  }
}

type Reply = {
  status?: number
  data?: unknown
  error?: { code: ErrorCode; message: string; details?: object }
}
/** Answers by method and path: `{ 'GET /api/auth/me': () => ({ data: user }) }`. Everything else is a 404. */
export type Replies = Record<string, (body: unknown, request: IncomingMessage) => Reply | Promise<Reply>>

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean()
  forgetQueries()
})

/** A server that speaks the API's envelopes, with the page's location set to it. Lists what it was asked. */
export async function serve(
  replies: Replies,
): Promise<{ asked: string[]; replies: Replies; close: () => void }> {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const name = `${request.method} ${request.url?.split('?')[0]}`
    asked.push(name)
    const sent = (await request.toArray()).join('')
    const missing: Reply = { status: 404, error: { code: 'RESOURCE_NOT_FOUND', message: `No ${name}` } }
    const { status, data, error } = (await replies[name]?.(sent && JSON.parse(sent), request)) ?? missing
    response.writeHead(status ?? (error ? 400 : 200), { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(error ? { success: false, error } : { success: true, data }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  cleanups.push(close)
  window.happyDOM.setURL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return { asked, replies, close }
}

/** Draws into the page until the end of the test. */
export function draw(content: ComponentChild): HTMLElement {
  const root = document.createElement('div')
  document.body.append(root)
  act(() => render(content, root))
  cleanups.push(() => {
    act(() => render(null, root))
    root.remove()
  })
  return root
}

/** Waits until the text is on the page. */
export const seeText = (root: HTMLElement, text: string) =>
  expect.poll(() => root.textContent, { timeout: 5000 }).toContain(text)

/** Types into a field as a person does. */
export function type(root: HTMLElement, name: string, value: string) {
  const field = root.querySelector<HTMLInputElement>(`[name="${name}"]`)!
  field.value = value
  act(() => void field.dispatchEvent(new InputEvent('input', { bubbles: true })))
}

const pleaseSignIn = () => ({
  status: 401,
  error: { code: 'AUTH_ERROR' as const, message: 'Please sign in.' },
})
/** A server that knows nobody. */
export const signedOut: Replies = {
  'GET /api/auth/me': pleaseSignIn,
  'POST /api/auth/refresh': pleaseSignIn,
}

export const makeUser = (persona: Persona, personas: Persona[] = [persona]): User => ({
  id: 'us_1',
  email: 'ada@example.com',
  emailVerified: true,
  name: 'Ada',
  persona,
  personas,
  roles: personas,
  permissions: ROLE_PERMISSIONS[persona],
  createdAt: 0,
})

const nothing: UsageTotals = { loads: 0, interactions: 0, errors: 0, sessions: 0, visitors: 0 }

export const emptyUsage: Usage = {
  from: 0,
  to: 3_600_000,
  interval: 'hour',
  timezone: 'UTC',
  totals: nothing,
  previous: { from: -3_600_000, to: 0, totals: nothing },
  series: [{ at: 0, loads: 0, interactions: 0, errors: 0 }],
}

export const emptyBuilder: BuilderDashboard = {
  revenue: { currency: 'USD', total: 0, monthly: 0, series: [] },
  projects: [],
  implementations: [],
  customers: [],
  usage: emptyUsage,
}
