import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { MAX_BATCH_BYTES } from '../../schema/wire/event'
import { answerError } from './answer-error'
import type { Handles } from './handles'
import { acceptBatch } from './ingest/accept-batch'
import { BATCH_HEADERS, batchTooLarge, parseBatch } from './ingest/read-batch'
import { readCountry } from './routes/read-source'

type Fetch = Parameters<typeof getRequestListener>[0]

/**
 * The HTTP server of a Node process. Batches go straight from the socket to the ingest: through a web Request, whose
 * body is a stream of streams, the same work costs fifteen times the CPU (`npm run bench:ingest`). Everything else
 * is the app's.
 */
export function createOrielServer(handles: Handles, fetch: Fetch): Server {
  const listener = getRequestListener(fetch)
  return createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/v1/events')
      void receiveBatch(handles, request, response)
    else void listener(request, response)
  })
}

async function receiveBatch(handles: Handles, request: IncomingMessage, response: ServerResponse) {
  const requestId = randomUUID()
  try {
    const body = parseBatch(await readBody(request))
    const source = {
      ip: request.socket.remoteAddress ?? '',
      userAgent: (request.headers['user-agent'] ?? '').slice(0, 512),
      country: readCountry(request.headers['cf-ipcountry']),
    }
    answer(202, await acceptBatch(handles, body, source), { 'X-Request-Id': requestId })
  } catch (thrown) {
    // Whoever went away in the middle of sending waits for no answer.
    if (request.destroyed && !request.complete) return
    const error = answerError(handles.log, thrown, { requestId, method: 'POST', route: '/v1/events' })
    answer(error.status, error.body, error.headers)
  }

  function answer(status: number, body: object, headers: Record<string, string>) {
    const text = JSON.stringify(body)
    response.writeHead(status, {
      ...BATCH_HEADERS,
      ...headers,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      // A body that was not read to its end cannot be followed by another request.
      ...(!request.complete && { Connection: 'close' }),
    })
    response.end(text)
  }
}

/** @throws OrielError PAYLOAD_TOO_LARGE, without reading the rest */
function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
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
      .on('error', reject)
      .on('close', () => reject(new Error('The request ended early.')))
  })
}
