import type { EventType, WireBatch, WireEvent } from '../../schema/wire/event'
import { uuidV7 } from '../../schema/wire/id'
import type { JsonObject } from '../../schema/wire/json'

/** Events wait this long for company. */
const LINGER_MS = 400
/** Browsers let 64 KB in all outlive a page, so that two requests of this size may be under way when it goes. */
const MAX_REQUEST_BYTES = 30_000
const MAX_REQUEST_EVENTS = 50
/** When this many are unacknowledged, further ones are dropped and counted. */
const MAX_KEPT = 500
const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 60_000
const TIMEOUT_MS = 20_000

type Options = {
  /** Where batches are posted. */
  url: string
  token: string
  /** Server clock, epoch ms. */
  now: () => number
}

type Occurrence = { type: EventType; name?: string; data?: JsonObject | undefined }
/** A `WireEvent` as soon as it is JSON, which leaves out what is undefined. */
type Stamped = Occurrence & Pick<WireEvent, 'id' | 'at'>
type Batch = { body: string; count: number }

export type Outbox = {
  add: (event: Occurrence) => void
  /** Sends everything at once, in requests that outlive the page. */
  flush: () => void
}

/**
 * Keeps events until the server has answered for them.
 * A retry sends the same bytes, hence the same ids: the server counts each id once, and counts by itself those that
 * it refuses. What never reached it is counted here, and told as an error event `events_dropped` after the next
 * delivery. A token that no longer holds (401) ends the delivery.
 */
export function createOutbox({ url, token, now }: Options): Outbox {
  const waiting: Stamped[] = []
  const unsent: Batch[] = []
  let kept = 0
  let dropped = 0
  let failures = 0
  let underWay = 0
  let restUntil = 0
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const add = (event: Occurrence) => {
    if (isOver) return
    if (kept >= MAX_KEPT) {
      dropped++
      return
    }
    const at = Math.floor(now())
    waiting.push({ id: uuidV7(at), at, ...event })
    kept++
    schedule(LINGER_MS)
  }

  /** Turns what waits into requests; from here on their bytes do not change. */
  const seal = () => {
    while (waiting[0]) {
      let bytes = 0
      let count = 0
      for (const event of waiting.slice(0, MAX_REQUEST_EVENTS)) {
        bytes += new TextEncoder().encode(JSON.stringify(event)).length
        if (count > 0 && bytes > MAX_REQUEST_BYTES) break
        count++
      }
      const batch: Omit<WireBatch, 'events'> & { events: Stamped[] } = {
        token,
        sentAt: Math.floor(now()),
        events: waiting.splice(0, count),
      }
      unsent.push({ body: JSON.stringify(batch), count })
    }
  }

  const schedule = (ms: number) => {
    timer ??= setTimeout(
      () => {
        timer = undefined
        seal()
        const batch = !underWay && performance.now() >= restUntil ? unsent.shift() : undefined
        if (batch) void deliver(batch)
        else if (!underWay && unsent[0]) schedule(0)
      },
      Math.max(ms, restUntil - performance.now()),
    )
  }

  const deliver = async (batch: Batch) => {
    underWay++
    // A body of text is sent as text/plain, which needs no preflight.
    const response = await fetch(url, {
      method: 'POST',
      body: batch.body,
      keepalive: true,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => undefined)
    underWay--
    if (isOver) return
    if (!response || response.status >= 500 || response.status === 429) {
      unsent.unshift(batch)
      // Half of the wait is chance, so that the visitors of one site do not come back together.
      const backoff = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++) * (0.5 + Math.random() / 2)
      const asked = Number(response?.headers.get('Retry-After')) * 1000 || 0
      restUntil = performance.now() + Math.max(backoff, asked)
    } else if (response.status === 401) {
      isOver = true
      unsent.length = waiting.length = 0
    } else {
      failures = restUntil = 0
      kept -= batch.count
      if (!response.ok) dropped += batch.count
      else if (dropped > 0) {
        const count = dropped
        dropped = 0
        add({ type: 'error', name: 'events_dropped', data: { count } })
      }
    }
    if (unsent[0]) schedule(0)
  }

  return {
    add,
    flush() {
      seal()
      for (const batch of unsent.splice(0)) void deliver(batch)
    },
  }
}
