import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { OrielError } from '../../schema/wire/error'
import { answerError } from './answer-error'
import type { Handles } from './handles'
import { sourceAddress } from './routes/read-source'

/** The app, with what it is told of a request besides: on Node what came over the connection. */
export type Fetch = (request: Request, env?: object) => Response | Promise<Response>

/** As often as an open page would ask. */
const LOOK_MS = 1_000
/** A connection that did not answer one of these by the next is gone. */
const PING_MS = 30_000
/** What a slow client has not read by then is not added to. */
const MOST_UNREAD_BYTES = 1_000_000
const MOST = { altogether: 2_000, perAddress: 100 }
const HOUR_MS = 3_600_000
/** Codes for applications begin at 4000, so the reason reads as in HTTP. https://www.rfc-editor.org/rfc/rfc6455#section-7.4 */
const ENDS = new Set([401, 403, 404])

/** Which dashboard an address pushes. */
const PAGES = [
  [/^\/ws\/builder\/([\w-]+)$/, (id: string) => `/api/builders/${id}/dashboard`],
  [/^\/ws\/end-user\/([\w-]+)$/, (id: string) => `/api/end-users/${id}/dashboard`],
  [/^\/ws\/admin$/, () => '/api/analytics/platform'],
] as const

/**
 * `WS /ws/builder/:id`, `/ws/end-user/:id` and `/ws/admin`: pushes what `GET` on the dashboard answers, at once and
 * whenever it has changed.
 *
 * Each connection looks by asking the app itself, as whoever opened it: an answer that stands costs next to nothing,
 * and what holds for the request (who may see it, for how long they are signed in, every limit) holds for each look.
 */
export class LiveDashboards {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: 1024,
    perMessageDeflate: false,
  })
  readonly #perAddress = new Map<string, number>()

  constructor(
    private readonly handles: Handles,
    private readonly fetch: Fetch,
  ) {}

  /** Takes an upgrade over; what may not be opened is answered as the API would. */
  async open(request: IncomingMessage, connection: Socket, head: Buffer): Promise<void> {
    connection.on('error', () => connection.destroy())
    try {
      const look = this.#lookFor(request)
      const first = await look()
      if (first.status !== 200) return refuse(connection, first)
      const address = this.#addressOf(request)
      this.#demandRoom(address)
      this.#sockets.handleUpgrade(request, connection, head, (socket) => {
        this.#count(address, 1)
        socket.once('close', () => this.#count(address, -1))
        void this.#push(socket, look, first.body)
      })
    } catch (error) {
      const about = { requestId: crypto.randomUUID(), method: 'GET', route: '/ws' }
      const { status, headers, body } = answerError(this.handles.log, error, about)
      refuse(connection, { status, headers, body: JSON.stringify(body) })
    }
  }

  /** Asks everybody to come back, elsewhere or later. */
  close(): void {
    for (const socket of this.#sockets.clients) socket.close(1001, 'The server is stopping.')
  }

  closeAll(): void {
    for (const socket of this.#sockets.clients) socket.terminate()
  }

  async #push(socket: WebSocket, look: () => Promise<Answer>, first: string) {
    socket.send(first)
    let sent = first
    let isAlive = true
    socket.on('pong', () => (isAlive = true)).on('error', () => socket.terminate())
    const pings = setInterval(() => {
      if (!isAlive) return socket.terminate()
      isAlive = false
      socket.ping()
    }, PING_MS)
    socket.once('close', () => clearInterval(pings))
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > MOST_UNREAD_BYTES) continue
      const { status, body } = await look().catch(() => ({ status: 503, body: '' }))
      if (ENDS.has(status)) return socket.close(4000 + status, STATUS_CODES[status])
      // Too many requests or an engine that is away: what was sent stands until the next look.
      if (status !== 200 || body === sent || socket.readyState !== socket.OPEN) continue
      socket.send(body)
      sent = body
    }
  }

  /**
   * The question behind a connection. One without an end ends with the present hour, so that its answer can stand.
   * @throws OrielError RESOURCE_NOT_FOUND; PERMISSION_ERROR when another site's page opens it with somebody's cookie
   */
  #lookFor({ url = '/', headers, socket }: IncomingMessage): () => Promise<Answer> {
    const { baseUrl } = this.handles.config
    const { pathname, searchParams } = new URL(url, baseUrl)
    const path = PAGES.flatMap(([form, page]) => {
      const found = form.exec(pathname)
      return found ? [page(found[1] ?? '')] : []
    })[0]
    if (!path) throw new OrielError('RESOURCE_NOT_FOUND', 'There is nothing at this address.')
    const own = new URL(baseUrl).origin
    if (!headers.authorization && headers.origin !== own)
      throw new OrielError('PERMISSION_ERROR', `With this session's cookie it must be opened from ${own}.`)
    const asker = new Headers()
    for (const name of ['authorization', 'cookie', 'user-agent', 'x-forwarded-for'])
      if (headers[name] !== undefined) asker.set(name, String(headers[name]))
    const isOpenEnded = !searchParams.has('to')
    return async () => {
      const question = new URL(path, baseUrl)
      for (const [name, value] of searchParams) question.searchParams.append(name, value)
      const hour = Math.ceil((this.handles.now() + 1) / HOUR_MS) * HOUR_MS
      if (isOpenEnded) question.searchParams.set('to', String(hour))
      const answer = await this.fetch(new Request(question, { headers: asker }), { incoming: { socket } })
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: await answer.text(),
      }
    }
  }

  #addressOf({ socket, headers }: IncomingMessage): string {
    return sourceAddress(this.handles.config, socket.remoteAddress, headers['x-forwarded-for']?.toString())
  }

  /** @throws OrielError RATE_LIMIT_EXCEEDED, SERVICE_UNAVAILABLE */
  #demandRoom(address: string): void {
    if ((this.#perAddress.get(address) ?? 0) >= MOST.perAddress)
      throw new OrielError('RATE_LIMIT_EXCEEDED', 'Too many dashboards are open from this address.')
    if (this.#sockets.clients.size >= MOST.altogether)
      throw new OrielError('SERVICE_UNAVAILABLE', 'Too many dashboards are open. Please come back later.')
  }

  #count(address: string, change: 1 | -1): void {
    const open = (this.#perAddress.get(address) ?? 0) + change
    if (open > 0) this.#perAddress.set(address, open)
    else this.#perAddress.delete(address)
  }
}

type Answer = { status: number; headers: Record<string, string>; body: string }

/** An answer of HTTP to who wanted something else. */
function refuse(connection: Socket, { status, headers, body }: Answer): void {
  const fields = {
    ...headers,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  connection.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`)
  // Nobody watches over it any more, so it does not wait for the other side to end it.
  connection.destroySoon()
}
