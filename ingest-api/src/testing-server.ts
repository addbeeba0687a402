import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import { uuidV7 } from '../../schema/wire/id'
import { createApp } from './app'
import { signSessionToken } from './ingest/session-token'
import { OrielServer } from './serve'
import { createTestHandles, type TestHandles } from './testing'

/** The importing file's own server on a port of this machine; there once its hook has run. */
export let handles: TestHandles
export let port: number
export let url: string
let server: OrielServer
let token: string
beforeAll(async () => {
  handles = await createTestHandles()
  server = new OrielServer(handles, createApp(handles).fetch)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = (server.address() as AddressInfo).port
  url = `http://127.0.0.1:${port}`
  const claims = { im: 'im_x', pr: 'pr_x', bu: 'us_b', eu: 'us_e', ver: '1.0.0', sid: 'se_x' }
  token = await signSessionToken(handles.keys.session, claims, Date.now())
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await handles.close()
})

/** The body of a batch with one new event. */
export const batch = () =>
  JSON.stringify({
    token,
    sentAt: Date.now(),
    events: [{ id: uuidV7(Date.now()), type: 'load', at: Date.now() }],
  })

/** A batch as a browser sends it, with more or other header lines. */
export const request = (body: string, ...lines: string[]) =>
  [
    `POST /v1/events HTTP/1.1`,
    'Host: x',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...lines,
    '',
    body,
  ].join('\r\n')

export const post = (body: BodyInit, init: RequestInit = {}) =>
  fetch(`${url}/v1/events`, { method: 'POST', body, ...init })

/** Says everything at once on a bare connection and hears the answer out. */
export async function speak(text: string, to = port): Promise<string> {
  const socket = connect(to, '127.0.0.1')
  let heard = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk))
  socket.write(text)
  await once(socket, 'close')
  return heard
}
