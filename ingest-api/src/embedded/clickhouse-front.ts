import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EmbeddedClickHouse } from './clickhouse'

/**
 * ClickHouse's own limit of a URI (`http_max_uri_size`). Node's of all headers together is 16 KB, and the parameters
 * of a question about many implementations stand in the URL.
 */
const MAX_URI_BYTES = 1024 * 1024
/** The largest body: an insert of the drain has 8 MB. */
const MAX_BODY_BYTES = 64 * 1024 * 1024

/**
 * What clients send by themselves and what only says how the answer travels. Any other setting is refused, because in
 * the embedded engine it would become a SET that outlives the call.
 */
const HARMLESS = new Set(['query_id', 'enable_http_compression', 'wait_end_of_query'])

/** Codes and names as in https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
class FrontError extends Error {
  constructor(
    readonly status: 400 | 403 | 404 | 413,
    readonly code: string,
    readonly type: string,
    message: string,
  ) {
    super(message)
  }
}

export type ClickHouseFront = { url: string; close(): Promise<void> }

/**
 * Speaks ClickHouse's HTTP protocol for the embedded engine, as far as the official clients use it, so that processes
 * which cannot load the engine reach it: https://clickhouse.com/docs/interfaces/http
 * @param port 0 for a free one
 * @returns `url` with user and password in it
 */
export async function openClickHouseFront(
  clickhouse: Pick<EmbeddedClickHouse, 'run'>,
  password: string,
  port: number,
): Promise<ClickHouseFront> {
  const server = createServer({ maxHeaderSize: MAX_URI_BYTES }, (request, response) => {
    void answer(clickhouse, password, request).then(
      (body) => response.end(body),
      (error: unknown) => refuse(response, error),
    )
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://default:${password}@127.0.0.1:${taken}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await closed
    },
  }
}

async function answer(
  clickhouse: Pick<EmbeddedClickHouse, 'run'>,
  password: string,
  request: IncomingMessage,
): Promise<string | Buffer> {
  const { pathname, searchParams } = new URL(request.url!, 'http://front')
  if (pathname === '/ping') return 'Ok.\n'
  if (pathname !== '/') throw new FrontError(404, '48', 'NOT_IMPLEMENTED', `There is nothing at ${pathname}`)
  if (!knowsPassword(request, password))
    throw new FrontError(403, '516', 'AUTHENTICATION_FAILED', 'default: Authentication failed')
  const { query, texts } = readQuery(searchParams)
  const statement = [query, await readBody(request)].filter(Boolean).join('\n')
  if (statement.trim() === '') throw new FrontError(400, '62', 'SYNTAX_ERROR', 'Empty query')
  if (/^\s*(SET|USE)\b/i.test(statement))
    throw new FrontError(
      400,
      '48',
      'NOT_IMPLEMENTED',
      'The session is shared: put SETTINGS into the statement',
    )
  const params = Object.fromEntries(
    [...texts].map(([name, text]) => [name, readParameter(statement, name, text)]),
  )
  return clickhouse.run(statement, params)
}

function readQuery(search: URLSearchParams) {
  const texts = new Map<string, string>()
  let query = ''
  for (const [name, value] of search) {
    if (name === 'query') query = value
    else if (/^param_\w+$/.test(name)) texts.set(name.slice('param_'.length), value)
    else if (!HARMLESS.has(name) && !(name === 'database' && value === 'default'))
      throw new FrontError(400, '115', 'UNKNOWN_SETTING', `The setting ${name} must stand in the statement`)
  }
  return { query, texts }
}

/**
 * Reads a parameter's text into the value that the engine's binding writes as the same text again: scalars are
 * TSV-escaped, arrays hold quoted strings. Only the statement says which of the two it is.
 */
function readParameter(statement: string, name: string, text: string): unknown {
  const type = new RegExp(`\\{\\s*${name}\\s*:\\s*(\\w+)`).exec(statement)?.[1]
  if (type !== 'Array') return text === '\\N' ? null : unescape(text)
  const json = text.replace(/'((?:[^'\\]|\\.)*)'|\b(?:NULL|TRUE|FALSE)\b/gs, (word, quoted?: string) =>
    quoted === undefined ? word.toLowerCase() : JSON.stringify(unescape(quoted)),
  )
  try {
    return JSON.parse(json)
  } catch {
    throw new FrontError(400, '26', 'CANNOT_PARSE_QUOTED_STRING', `The parameter ${name} is not an array`)
  }
}

const ESCAPES: Record<string, string> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', 0: '\0' }
const unescape = (text: string) =>
  text.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character)

/** By Basic authentication, as the web client does, or by ClickHouse's own headers, as the Node client does. */
function knowsPassword({ headers }: IncomingMessage, password: string): boolean {
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1]
  const given = basic
    ? Buffer.from(basic, 'base64').toString()
    : `${headers['x-clickhouse-user']}:${headers['x-clickhouse-key']}`
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(`default:${password}`))
}

async function readBody(request: IncomingMessage): Promise<string> {
  if (request.headers['content-encoding'] || request.headers['content-type']?.startsWith('multipart/'))
    throw new FrontError(400, '48', 'NOT_IMPLEMENTED', 'Compressed and multipart bodies are not read here')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES)
      throw new FrontError(413, '241', 'MEMORY_LIMIT_EXCEEDED', 'The body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** In ClickHouse's words, from which clients make their errors. */
function refuse(response: ServerResponse, error: unknown) {
  const { code, type } = isCoded(error) ? error : { code: '1002', type: 'UNKNOWN_EXCEPTION' }
  const message = error instanceof Error ? error.message.trim() : String(error)
  const words = message.endsWith('.') ? message : `${message}.`
  response.writeHead(error instanceof FrontError ? error.status : 500, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': code,
    // What was not read of the body would stand before the next request.
    ...(error instanceof FrontError && { Connection: 'close' }),
  })
  response.end(`Code: ${code}. DB::Exception: ${words} (${type})\n`)
}

/** The front's own refusals, and the client's ClickHouseError. */
const isCoded = (error: unknown): error is { code: string; type: string } =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^\d+$/.test(error.code) &&
  'type' in error &&
  typeof error.type === 'string'
