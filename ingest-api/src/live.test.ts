import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { BuilderDashboard, EndUserDashboard, Implementation, Login } from '../../schema/wire/api'
import { uuidV7 } from '../../schema/wire/id'
import { createApp } from './app'
import { signSessionToken } from './ingest/session-token'
import { OrielServer } from './serve'
import { createTestHandles, type TestHandles } from './testing'
import { createClient } from './testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let builder: Login
let owner: Login
let widget: Implementation
let server: OrielServer
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  builder = await client.person('builder')
  owner = await client.person('end_user')
  widget = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
})
afterAll(() => handles.close())
beforeEach(async () => {
  server = new OrielServer(handles, createApp(handles).fetch)
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(() => {
  server.close()
  server.closeAllConnections()
})

const portOf = () => (server.address() as AddressInfo).port
const bearer = ({ accessToken }: Login) => ({ authorization: `Bearer ${accessToken}` })

/** Opens a dashboard and keeps what it says. */
function open(path: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf()}${path}`, { headers })
  const said: string[] = []
  socket.on('message', (data: Buffer) => said.push(data.toString())).on('error', () => {})
  const ended = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  const refused = new Promise<{ status: number; headers: Record<string, unknown> }>((resolve) =>
    socket.on('unexpected-response', (_, response) => {
      resolve({ status: response.statusCode!, headers: response.headers })
      socket.terminate()
    }),
  )
  return {
    socket,
    ended,
    refused,
    /** The first dashboard that is as it should be, among all that were told. */
    async told<Dashboard>(isRight: (dashboard: Dashboard) => boolean = () => true): Promise<Dashboard> {
      const find = () => said.map((text): Dashboard => JSON.parse(text).data).find(isRight)
      await expect.poll(find, { timeout: 20_000 }).toBeDefined()
      return find()!
    },
  }
}

async function load() {
  const { id, projectId, builderId } = widget
  const claims = { im: id, pr: projectId, bu: builderId, eu: owner.user.id, ver: '1.0.0' }
  const token = await signSessionToken(
    handles.keys.session,
    { ...claims, sid: `se_${Math.random()}` },
    Date.now(),
  )
  const at = Date.now()
  const body = JSON.stringify({ token, sentAt: at, events: [{ id: uuidV7(at), type: 'load', at }] })
  expect((await client.app.request('/v1/events', { method: 'POST', body })).status).toBe(202)
}

test('a builder and a site owner are told at once, and again when a widget was loaded', async () => {
  const [one, other] = [open('/ws/builder/me', bearer(builder)), open('/ws/end-user/me', bearer(owner))]
  const before = (await one.told<BuilderDashboard>()).usage.totals.loads
  expect((await other.told<EndUserDashboard>()).usage.totals.loads).toBe(before)
  await load()
  await one.told<BuilderDashboard>(({ usage }) => usage.totals.loads === before + 1)
  await other.told<EndUserDashboard>(({ usage }) => usage.totals.loads === before + 1)
})

test('it is told what changed in Postgres, too, and only of one’s own', async () => {
  const stranger = await client.person('builder')
  const [mine, theirs] = [open('/ws/builder/me', bearer(builder)), open('/ws/builder/me', bearer(stranger))]
  const { projects: before } = await mine.told<BuilderDashboard>()
  expect((await theirs.told<BuilderDashboard>()).projects).toEqual([])
  await client.releasedProject(builder)
  await mine.told<BuilderDashboard>(({ projects }) => projects.length === before.length + 1)
  const own = await client.releasedProject(stranger)
  const { projects } = await theirs.told<BuilderDashboard>((dashboard) => dashboard.projects.length > 0)
  expect(projects.map(({ id }) => id)).toEqual([own.id])
})

test('what GET refuses cannot be opened, with the same status', async () => {
  const cookie = { cookie: `oriel_access=${builder.accessToken}` }
  const own = { ...cookie, origin: handles.config.baseUrl }
  const tries = [
    ['/ws/builder/me', {}, 403],
    ['/ws/builder/me', { origin: handles.config.baseUrl }, 401],
    ['/ws/builder/me', { authorization: 'Bearer x' }, 401],
    ['/ws/builder/me', bearer(owner), 403],
    [`/ws/builder/us_${'x'.repeat(21)}`, bearer(builder), 404],
    ['/ws/admin', bearer(builder), 403],
    ['/ws/nothing', bearer(builder), 404],
    ['/ws/builder/me?interval=nonsense', bearer(builder), 400],
    ['/ws/builder/me', { ...cookie, origin: 'https://evil.example' }, 403],
    ['/ws/builder/me', cookie, 403],
  ] as const
  for (const [path, headers, status] of tries)
    expect([path, headers, (await open(path, headers).refused).status]).toEqual([path, headers, status])
  expect((await open('/ws/builder/me', own).told<BuilderDashboard>()).projects).toBeDefined()
})

test('it ends when its session does', async () => {
  const leaving = await client.person('builder')
  const { told, ended } = open('/ws/builder/me', bearer(leaving))
  await told()
  await client.call('POST', '/api/auth/logout', { as: leaving })
  expect(await ended).toEqual({ code: 4401, reason: 'Unauthorized' })
})

test('a server that stops asks everybody to come back', async () => {
  const { told, ended } = open('/ws/builder/me', bearer(builder))
  await told()
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  expect((await ended).code).toBe(1001)
  await closed
})

test('one address may open a hundred', async () => {
  const many = Array.from({ length: 100 }, () => open('/ws/builder/me', bearer(builder)))
  await Promise.all(many.map(({ told }) => told()))
  const { status, headers } = await open('/ws/builder/me', bearer(builder)).refused
  expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true])
  many[0]!.socket.close()
  await many[0]!.ended
  await open('/ws/builder/me', bearer(builder)).told()
})

test('a wish for another protocol is ignored, with a body or without', async () => {
  const answers = async (request: string) => {
    const socket = connect(portOf(), '127.0.0.1')
    socket.write(request)
    let text = ''
    for await (const chunk of socket) text += chunk
    return text.split('\r\n')[0]
  }
  const wish = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'
  const last = 'Host: x\r\nConnection: close\r\n'
  expect(
    await answers(`GET /health HTTP/1.1\r\n${wish}Host: x\r\n\r\nGET /nothing HTTP/1.1\r\n${last}\r\n`),
  ).toBe('HTTP/1.1 200 OK')
  const body = JSON.stringify({ email: 'nobody@example.com', password: 'wrong password' })
  const post = `POST /api/auth/login HTTP/1.1\r\n${wish}Host: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  expect(await answers(`${post}GET /nothing HTTP/1.1\r\n${last}\r\n`)).toBe('HTTP/1.1 401 Unauthorized')
})
