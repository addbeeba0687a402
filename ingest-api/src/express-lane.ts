import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { MAX_BATCH_BYTES } from '../../schema/wire/event'
import type { Handles } from './handles'
import { answerBatch, BATCH_ANSWER_HEADERS, type BatchAnswer } from './ingest/answer-batch'
import { readCountry, sourceAddress } from './routes/read-source'

/** A connection that waits for its next request is closed after this long. The client is told one second less. */
const QUIET_MS = 6_000
/** A batch that comes in pieces has this long. */
const SLOW_MS = 30_000

export type ExpressLaneOptions = {
  handles: Handles
  /** Takes a connection over for good, with what was put back into it. */
  leave: (socket: Socket) => void
  /** True once no further request is wanted. */
  isClosing: () => boolean
}

/**
 * Answers batches straight on their connections when they come as browsers and proxies send them: HTTP/1.1, a whole
 * head, a length, one request at a time. At the first thing that is otherwise a connection goes to Node's own HTTP,
 * so that whatever is unusual is understood by one parser only, and what is usual costs a fraction of it
 * (`npm run bench:ingest`).
 */
export class ExpressLane {
  readonly #riders = new Set<Rider>()
  constructor(private readonly options: ExpressLaneOptions) {}

  enter(socket: Socket): void {
    const rider = new Rider(socket, this.options)
    this.#riders.add(rider)
    socket.once('close', () => this.#riders.delete(rider))
  }

  closeIdle(): void {
    for (const rider of this.#riders) rider.closeIfIdle()
  }

  closeAll(): void {
    for (const { socket } of this.#riders) socket.destroy()
  }
}

class Rider {
  /** `left` is in Node's hands. */
  #state: 'waiting' | 'collecting' | 'answering' | 'left' = 'waiting'
  #request: { head: Head; pieces: Buffer[]; missing: number; beganAt: number } | undefined
  #early: Buffer[] = []

  constructor(
    readonly socket: Socket,
    private readonly options: ExpressLaneOptions,
  ) {
    socket
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('timeout', this.#onTimeout)
      .on('error', this.#onError)
    socket.setTimeout(QUIET_MS)
  }

  closeIfIdle(): void {
    if (this.#state === 'waiting') this.socket.destroy()
  }

  #onData = (chunk: Buffer) => {
    if (this.#state === 'waiting') this.#begin(chunk)
    else if (this.#state === 'collecting') this.#collect(chunk)
    else {
      // The next request before this one's answer.
      this.#early.push(chunk)
      this.socket.pause()
    }
  }
  #onEnd = () => {
    if (this.#state !== 'answering') this.socket.end()
  }
  #onTimeout = () => {
    if (this.#state !== 'answering') this.socket.destroy()
  }
  #onError = () => this.socket.destroy()

  #begin(bytes: Buffer) {
    const head = readHead(bytes)
    const missing = head ? head.bytes + head.bodyBytes - bytes.length : -1
    // Answers that nobody reads pile up; Node knows how to wait for them to be read.
    if (!head || missing < 0 || this.socket.writableNeedDrain) return this.#leave(bytes)
    this.#request = { head, pieces: [bytes], missing, beganAt: performance.now() }
    this.#state = 'collecting'
    if (missing === 0) void this.#answer()
  }

  #collect(chunk: Buffer) {
    const request = this.#request!
    request.pieces.push(chunk)
    request.missing -= chunk.length
    if (request.missing === 0) void this.#answer()
    else if (request.missing < 0) this.#leave(Buffer.concat(request.pieces))
    else if (performance.now() - request.beganAt > SLOW_MS) this.socket.destroy()
  }

  async #answer() {
    const { socket } = this
    const { head, pieces } = this.#request!
    const { handles, isClosing } = this.options
    this.#state = 'answering'
    const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    const source = {
      ip: sourceAddress(handles.config, socket.remoteAddress, head.forwardedFor),
      userAgent: head.userAgent,
      country: readCountry(head.country),
    }
    const answer = await answerBatch(handles, bytes.toString('utf8', head.bytes), source)
    if (socket.destroyed) return
    this.#state = 'waiting'
    this.#request = undefined
    const isLast = isClosing() || socket.readableEnded
    socket.write(write(answer, isLast))
    if (isLast) socket.end()
    else if (this.#early.length > 0) this.#leave(Buffer.concat(this.#early))
  }

  #leave(bytes: Buffer) {
    const { socket } = this
    this.#state = 'left'
    this.#request = undefined
    this.#early = []
    socket
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('timeout', this.#onTimeout)
      .off('error', this.#onError)
    socket.setTimeout(0)
    socket.unshift(bytes)
    this.options.leave(socket)
    socket.resume()
  }
}

const KEEP_ALIVE = `Connection: keep-alive\r\nKeep-Alive: timeout=${QUIET_MS / 1000 - 1}\r\n\r\n`
const EVERY_HEADER = Object.entries(BATCH_ANSWER_HEADERS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')
const CLOSE = 'Connection: close\r\n\r\n'

/** An HTTP/1.1 answer as it goes over the wire. */
function write({ status, headers, text }: BatchAnswer, isLast: boolean): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nDate: ${httpDate()}\r\n${EVERY_HEADER}`
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`
  return `${head}Content-Length: ${Buffer.byteLength(text)}\r\n${isLast ? CLOSE : KEEP_ALIVE}${text}`
}

let date = { second: 0, text: '' }
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== date.second) date = { second, text: new Date(second * 1000).toUTCString() }
  return date.text
}

type Head = {
  bytes: number
  bodyBytes: number
  userAgent: string
  country: string | undefined
  forwardedFor: string | undefined
}

const START = 'POST /v1/events HTTP/1.1\r\n'
const END = '\r\n\r\n'
/** A field line of RFC 9112, section 5, without what it only tolerates: folded lines, spaces before the colon. */
const FIELD = /([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)\r\n/y

/** Reads the head of a plain batch; nothing when a closer look is needed. */
function readHead(bytes: Buffer): Head | undefined {
  if (bytes.toString('latin1', 0, START.length) !== START) return undefined
  const end = bytes.indexOf(END)
  if (end < 0) return undefined
  const text = bytes.toString('latin1', 0, end + 2)
  const head: Head = {
    bytes: end + END.length,
    bodyBytes: -1,
    userAgent: '',
    country: undefined,
    forwardedFor: undefined,
  }
  let hasHost = false
  for (FIELD.lastIndex = START.length; FIELD.lastIndex < text.length;) {
    const field = FIELD.exec(text)
    if (!field) return undefined
    const value = field[2]!.trimEnd()
    switch (field[1]!.toLowerCase()) {
      case 'content-length':
        if (head.bodyBytes >= 0 || !/^\d{1,6}$/.test(value)) return undefined
        head.bodyBytes = Number(value)
        break
      case 'host':
        if (hasHost) return undefined
        hasHost = true
        break
      case 'connection':
        if (value.toLowerCase() !== 'keep-alive') return undefined
        break
      case 'transfer-encoding':
      case 'upgrade':
      case 'expect':
      case 'trailer':
        return undefined
      case 'user-agent':
        head.userAgent = value.slice(0, 512)
        break
      case 'cf-ipcountry':
        head.country = value
        break
      case 'x-forwarded-for':
        head.forwardedFor = head.forwardedFor === undefined ? value : `${head.forwardedFor}, ${value}`
        break
    }
  }
  return hasHost && head.bodyBytes >= 0 && head.bodyBytes <= MAX_BATCH_BYTES ? head : undefined
}
