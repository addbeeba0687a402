import { connect, type Socket } from 'node:net'
import { uuidV7 } from '../schema/wire/id'

/** What a load generator is told, as JSON in its only argument. Times are milliseconds. */
export type LoadPlan = {
  port: number
  connections: number
  seconds: number
  eventsPerBatch: number
  token: string
  /** Requests a second over all connections; left out: as many as are answered. */
  rate?: number
}

export type LoadResult = {
  requests: number
  /** Answers that were not 202, by status. */
  refused: Record<string, number>
  acceptedEvents: number
  seconds: number
  p50: number
  p99: number
}

/** An event of about 430 bytes, as a widget sends it. */
const DATA = {
  answer: 'Tea',
  path: '/journal/2026/a-small-cafe-prints-its-menu',
  screen: [390, 844],
  scroll: 0.62,
  note: 'x'.repeat(190),
}

/**
 * Keeps `connections` busy with one request each, on bare sockets so that the generator costs little, and measures
 * the time from writing a request to the last byte of its answer.
 */
export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const result: LoadResult = { requests: 0, refused: {}, acceptedEvents: 0, seconds: 0, p50: 0, p99: 0 }
  const latencies: number[] = []
  const began = performance.now()
  const end = began + plan.seconds * 1000
  const pauseMs = plan.rate ? (plan.connections / plan.rate) * 1000 : 0
  await Promise.all(Array.from({ length: plan.connections }, (_, index) => converse(index)))
  latencies.sort((a, b) => a - b)
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return { ...result, seconds: (performance.now() - began) / 1000, p50: at(0.5), p99: at(0.99) }

  async function converse(index: number) {
    const request = makeRequest(plan)
    const socket = connect(plan.port, '127.0.0.1').setNoDelay()
    let next = performance.now() + (pauseMs * index) / plan.connections
    try {
      while (performance.now() < end) {
        if (pauseMs) {
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())))
          next += pauseMs
        }
        const sentAt = performance.now()
        const answer = await ask(socket, request.renew())
        latencies.push(performance.now() - sentAt)
        result.requests++
        if (answer.status === '202')
          result.acceptedEvents += Number(/"accepted":(\d+)/.exec(answer.body)?.[1] ?? 0)
        else result.refused[answer.status] = (result.refused[answer.status] ?? 0) + 1
      }
    } finally {
      socket.destroy()
    }
  }
}

/** One request whose ids are written anew in place before each sending. */
function makeRequest({ eventsPerBatch, token }: LoadPlan) {
  const events = Array.from({ length: eventsPerBatch }, () => ({
    id: uuidV7(Date.now()),
    type: 'interaction',
    name: 'vote',
    at: Date.now(),
    data: DATA,
  }))
  const body = JSON.stringify({ token, sentAt: Date.now(), events })
  const head =
    `POST /v1/events HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\nContent-Type: text/plain;charset=UTF-8\r\n` +
    `User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`
  const bytes = Buffer.from(head + body)
  const places = events.map(({ id }) => bytes.indexOf(id))
  return {
    renew() {
      const now = Date.now()
      for (const place of places) bytes.write(uuidV7(now), place, 'latin1')
      return bytes
    },
  }
}

function ask(socket: Socket, request: Buffer): Promise<{ status: string; body: string }> {
  return new Promise((resolve, reject) => {
    let text = ''
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const head = text.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
      if (text.length < head + 4 + length) return
      socket.off('data', onData).off('error', reject).off('close', onClose)
      resolve({ status: text.slice(9, 12), body: text.slice(head + 4) })
    }
    const onClose = () => reject(new Error('The server closed the connection.'))
    socket.on('data', onData).on('error', reject).on('close', onClose)
    socket.write(request)
  })
}

if (process.argv[2]?.startsWith('{')) {
  const result = await runLoad(JSON.parse(process.argv[2]))
  process.stdout.write(JSON.stringify(result))
}
