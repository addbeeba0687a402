import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { Implementation, Login } from '../../schema/wire/api'
import type { Job } from '../../schema/wire/job'
import { createTestHandles, type TestHandles } from './testing'
import { createClient } from './testing-client'
import { visit } from './testing-visit'
import { heldTo } from './usage/held-to'

export const HOUR = 60 * 60 * 1000
export const DAY = 24 * HOUR

/** A server of the importing file's own; there once its first hook has run. */
export let handles: TestHandles
export let client: ReturnType<typeof createClient>
/** New in every test: a site owner with a widget, and its builder. */
export let builder: Login
export let owner: Login
export let widget: Implementation
export let now: number
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())
beforeEach(async () => {
  setNow(Date.now())
  builder = await client.person('builder')
  owner = await client.person('end_user')
  widget = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
})

export const setNow = (at: number) => handles.setNow((now = at))

/** Lets time pass, and the spool say that it holds nothing from before. */
export async function pass(ms: number) {
  setNow(now + ms)
  await expect.poll(() => heldTo(handles), { timeout: 10_000 }).toBeGreaterThan(now - HOUR)
}

export const visitWidget = (headers?: Record<string, string>) => visit(handles, client, widget.id, headers)
export const jobOf = async (id: string, as = owner) =>
  (await client.call<Job>('GET', `/api/jobs/${id}`, { as })).data
export const rowsOf = (ids: string[]) =>
  handles.clickhouse.query<Record<string, unknown>>(
    `SELECT session_id, toString(visitor) AS visitor, event_data, browser, os, device, country, event_name, event_type,
       version, retention_days, toUnixTimestamp64Milli(created_at) AS at
     FROM events FINAL WHERE id IN {ids: Array(UUID)} ORDER BY created_at, id`,
    { ids },
  )

/** What a row says of a visitor who was forgotten. */
export const NOBODY = {
  session_id: '',
  visitor: '0',
  event_data: '{}',
  browser: '',
  os: '',
  device: '',
  country: '',
}

/** The same person, signed in again after a long time. */
export async function again({ user }: Login): Promise<Login> {
  const body = { email: user.email, password: 'a long password', delivery: 'body' }
  return (await client.call<Login>('POST', '/api/auth/login', { body })).data
}

/** The Postgres tables that have a text anywhere in a row. */
export async function whereIn(text: string): Promise<string[]> {
  const tables = await handles.db.$client<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
  const found: string[] = []
  for (const { name } of tables) {
    const { count } = await handles.db.$client`
      select 1 from ${handles.db.$client(name)} t where position(${text} in t::text) > 0`
    if (count > 0) found.push(name)
  }
  return found
}
