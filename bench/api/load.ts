import { Agent, request, type RequestOptions } from 'node:http'
import { uuidV7 } from '../../schema/wire/id'
import { BUILDERS, IMPLEMENTATIONS, OWNERS } from './platform'
import { RANGE, READS, type Read } from './reads'
import type { Tokens } from './sign-in'

const EVENTS_EVERY_MS = 50

/** An answer, its time from when the question should have been sent, and what is wrong with it, if anything is. */
export type Answered = { read: Read; ms: number; problem: string | undefined }

/** People and visitors in front of the server at a port of this machine. */
export class Load {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity })

  constructor(
    readonly port: number,
    readonly tokens: Tokens,
  ) {}

  /** Sends so many questions a second at their times, whether or not earlier ones are answered. */
  async ask(rate: number, seconds: number, range = RANGE): Promise<Answered[]> {
    const began = performance.now()
    const answers: Promise<Answered>[] = []
    for (let n = 0; n < rate * seconds; n++) {
      const due = began + (n * 1000) / rate
      if (performance.now() < due)
        await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
      const read = choose(n)
      answers.push(
        this.#problemOf(read, n, range).then((problem) => ({ read, ms: performance.now() - due, problem })),
      )
    }
    return Promise.all(answers)
  }

  /** Lets visitors act, each on an implementation of its own, until it is stopped; then it says how many events were taken. */
  act(eventsPerSecond: number) {
    const answers: Promise<boolean>[] = []
    const timer = setInterval(() => {
      for (let each = 0; each < (eventsPerSecond * EVENTS_EVERY_MS) / 1000; each++)
        answers.push(this.#sendEvent(this.tokens.visitors[(answers.length * 389) % IMPLEMENTATIONS]!))
    }, EVENTS_EVERY_MS)
    return {
      async stop() {
        clearInterval(timer)
        return (await Promise.all(answers)).filter(Boolean).length
      },
    }
  }

  /** All that the overviews of all site owners say together. */
  async countAll(): Promise<number> {
    const totals = await Promise.all(
      this.tokens.owners.map(async (_, n) => {
        const { text } = await this.#read(READS[0]!, n, RANGE)
        const { loads, interactions, errors } = JSON.parse(text).data.usage.totals
        return loads + interactions + errors
      }),
    )
    return totals.reduce((sum, total) => sum + total, 0)
  }

  close() {
    this.#agent.destroy()
  }

  /** What is wrong with the answer, or nothing. */
  async #problemOf(read: Read, n: number, range: string): Promise<string | undefined> {
    const { status, text } = await this.#read(read, n, range)
    const isWhole = status === 200 && text.startsWith('{"success":true,"data":')
    return isWhole && text.includes('_0') ? undefined : `${status} ${text.slice(0, 120)}`
  }

  #read({ as, path }: Read, n: number, range: string) {
    const { builders, owners } = this.tokens
    const token = as === 'builder' ? builders[n % BUILDERS] : owners[n % OWNERS]
    return this.#fetch({ path: path(n, range), headers: { authorization: `Bearer ${token}` } })
  }

  async #sendEvent(token: string): Promise<boolean> {
    const now = Date.now()
    const event = { id: uuidV7(now), type: 'interaction', name: 'vote', at: now, data: { answer: 'Tea' } }
    const headers = {
      'content-type': 'text/plain',
      'user-agent': 'Mozilla/5.0 Chrome/142.0.0.0 Safari/537.36',
    }
    const body = JSON.stringify({ token, sentAt: now, events: [event] })
    return (await this.#fetch({ method: 'POST', path: '/v1/events', headers }, body)).status === 202
  }

  /** The answer, or status 0 and what went wrong. */
  #fetch(options: RequestOptions, body?: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve) => {
      request({ agent: this.#agent, port: this.port, ...options }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }),
        )
      })
        .on('error', ({ message }) => resolve({ status: 0, text: message }))
        .end(body)
    })
  }
}

/** The same order every time, with the kinds spread evenly: 61 has no divisor in common with 100. */
function choose(n: number): Read {
  let place = (n * 61) % 100
  return READS.find(({ share }) => (place -= share) < 0)!
}
