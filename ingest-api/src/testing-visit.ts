import { setTimeout } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import type { Receipt } from '../../schema/wire/event'
import type { SessionClaims } from '../../schema/wire/frame'
import { uuidV7 } from '../../schema/wire/id'
import type { TestHandles } from './testing'
import type { createClient } from './testing-client'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'

/** Loads a widget as a visitor's browser does, and sends events as its outer frame does. */
export async function visit(
  handles: TestHandles,
  { app }: ReturnType<typeof createClient>,
  implementation: string,
  headers: Record<string, string> = {},
) {
  const frame = await app.request(`/w/${implementation}`, { headers: { 'user-agent': FIREFOX, ...headers } })
  const block = /id="oriel">(.*?)<\/script>/.exec(await frame.text())
  const token: string = JSON.parse(block![1]!).token
  const { sid: session, ret } = decodeJwt<SessionClaims>(token)
  return {
    session,
    retentionDays: ret,
    /** Sends events and waits until they are stored; answers their ids. */
    async send(...events: object[]): Promise<string[]> {
      const at = handles.now()
      const sent = events.map((event) => ({ id: uuidV7(at), type: 'interaction', at, ...event }))
      const response = await app.request('/v1/events', {
        method: 'POST',
        headers: { 'user-agent': FIREFOX, 'cf-ipcountry': 'NL', ...headers },
        body: JSON.stringify({ token, sentAt: at, events: sent }),
      })
      if (response.status !== 202) throw new Error(`answered ${response.status}`)
      const { rejected } = (await response.json()) as Receipt
      while (handles.spool.depth().bytes > 0) await setTimeout(20)
      return sent.map(({ id }) => id).filter((id) => rejected.every((one) => one.id !== id))
    },
  }
}
