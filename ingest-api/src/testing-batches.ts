import { beforeAll } from 'vitest'
import type { Implementation } from '../../schema/wire/api'
import type { SessionClaims } from '../../schema/wire/frame'
import { uuidV7 } from '../../schema/wire/id'
import { signSessionToken } from './ingest/session-token'
import { client, endUser, handles, project } from './testing-people'

export const HOUR = 60 * 60 * 1000

/** The end user's, of the builder's project; there once its hook has run. */
export let widget: Implementation
beforeAll(async () => {
  widget = (await client.implement(endUser, project.id)).data
})

let sessions = 0
/** What the token of a new session says. */
export const claimsOf = (of: Implementation = widget): SessionClaims => ({
  im: of.id,
  pr: of.projectId,
  bu: of.builderId,
  eu: of.endUserId,
  ver: '1.0.0',
  sid: `se_${++sessions}`,
})
export const tokenFor = (of?: Implementation) =>
  signSessionToken(handles.keys.session, claimsOf(of), Date.now())
export const event = (more: object = {}, at = Date.now()) => ({ id: uuidV7(at), type: 'load', at, ...more })
/** Of a new session where no token is given. */
export const batch = async (events: unknown[], token?: string) => ({
  token: token ?? (await tokenFor()),
  sentAt: Date.now(),
  events,
})

/** Posts a batch as an outer frame does; text goes as it is. */
export async function send(body: unknown, headers: Record<string, string> = {}) {
  const response = await client.app.request('/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'text/plain', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** Rows in ClickHouse once everything accepted is there. */
export async function stored(ids: string[]) {
  while (handles.spool.depth().bytes > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  return handles.clickhouse.query<Record<string, unknown>>(
    'SELECT * FROM events FINAL WHERE id IN {ids: Array(UUID)} ORDER BY created_at',
    { ids },
  )
}
