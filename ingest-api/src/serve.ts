import { Server, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { OrielError } from '../../schema/wire/error'
import { MAX_BATCH_BYTES } from '../../schema/wire/event'
import { ExpressLane } from './express-lane'
import type { Handles } from './handles'
import { answerBatch, BATCH_ANSWER_HEADERS } from './ingest/answer-batch'
import { batchTooLarge } from './ingest/read-batch'
import { LiveDashboards, type Fetch } from './live'
import { readCountry, sourceAddress } from './routes/read-source'

/**
 * Proxies keep a connection for up to a minute, and send a request into it that is lost when the server closes it just
 * then; Node would after five seconds.
 */
const KEPT_MS = 65_000

/**
 * The HTTP server of a Node process. A connection begins in the express lane, where plain batches are answered; its
 * first other request brings it to Node's own HTTP, which gives batches to the same ingest and all else to the app.
 */
export class OrielServer extends Server {
  readonly #lane: ExpressLane
  readonly #live: LiveDashboards

  constructor(handles: Handles, fetch: Fetch) {
    const listener = getRequestListener(fetch)
    super((request, response) => {
      // Whoever never pauses would be served until the process is ended in the middle of something.
      if (!this.listening) response.setHeader('Connection', 'close')
      if (request.method === 'POST' && request.url === '/v1/events')
        void receiveBatch(handles, request, response)
      else void listener(request, response)
    })
    this.keepAliveTimeout = KEPT_MS
    const [acceptHttp] = this.listeners('connection') as [(this: Server, socket: Socket) => void]
    this.removeAllListeners('connection')
    this.#lane = new ExpressLane({
      handles,
      leave: (socket) => acceptHttp.call(this, socket),
      isClosing: () => !this.listening,
    })
    this.on('connection', (socket: Socket) => this.#lane.enter(socket))
    this.#live = new LiveDashboards(handles, fetch)
    this.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      if (isLive(request)) return void this.#live.open(request, socket, head)
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]))
      acceptHttp.call(this, socket)
    })
  }

  override closeIdleConnections(): void {
    super.closeIdleConnections()
    this.#lane.closeIdle()
    this.#live.close()
  }

  override closeAllConnections(): void {
    super.closeAllConnections()
    this.#lane.closeAll()
    this.#live.closeAll()
  }
}

const isLive = ({ url, headers }: IncomingMessage) =>
  url?.startsWith('/ws/') && headers.upgrade?.toLowerCase() === 'websocket'

/**
 * The head of a request once more, without its wish for another protocol, which may be ignored (RFC 9110, section 7.8).
 * Node gives a connection away with that wish, so the request goes back into it as it would have come otherwise.
 */
function withoutUpgrade({ method, url, rawHeaders }: IncomingMessage): Buffer {
  let head = `${method} ${url} HTTP/1.1\r\n`
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (!/^(?:upgrade|connection|http2-settings)$/i.test(rawHeaders[at]!))
      head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`
  return Buffer.from(`${head}\r\n`, 'latin1')
}

async function receiveBatch(handles: Handles, request: IncomingMessage, response: ServerResponse) {
  const source = {
    ip: sourceAddress(
      handles.config,
      request.socket.remoteAddress,
      request.headers['x-forwarded-for']?.toString(),
    ),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 512),
    country: readCountry(request.headers['cf-ipcountry']),
  }
  const { status, headers, text } = await answerBatch(handles, readBody(request), source)
  response.writeHead(status, {
    ...BATCH_ANSWER_HEADERS,
    ...headers,
    'Content-Length': Buffer.byteLength(text),
    // A body that was not read to its end cannot be followed by another request.
    ...(!request.complete && { Connection: 'close' }),
  })
  response.end(text)
}

/** @throws OrielError PAYLOAD_TOO_LARGE, without reading the rest */
function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const endEarly = () => reject(new OrielError('MALFORMED_REQUEST', 'The request ended early.'))
    request
      .on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= MAX_BATCH_BYTES) chunks.push(chunk)
        else {
          request.pause()
          reject(batchTooLarge())
        }
      })
      .on('end', () => resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()))
      .on('error', endEarly)
      .on('close', endEarly)
  })
}
