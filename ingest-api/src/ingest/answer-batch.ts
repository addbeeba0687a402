import { randomUUID } from 'node:crypto'
import { answerError } from '../answer-error'
import type { Handles } from '../handles'
import { acceptBatch } from './accept-batch'
import { BATCH_HEADERS, parseBatch } from './read-batch'
import type { Source } from './visitor'

/** `headers` are the ones of this answer; {@link BATCH_ANSWER_HEADERS} belong to every one. */
export type BatchAnswer = { status: number; headers: Record<string, string>; text: string }

export const BATCH_ANSWER_HEADERS = { ...BATCH_HEADERS, 'Content-Type': 'application/json' }
const REQUEST = { method: 'POST', route: '/v1/events' }
const ACCEPTED = { ...REQUEST, status_code: 202, tier: 'public' }

/**
 * The whole answer to a batch on Node, however it came: nothing is thrown, everything is counted.
 * @param body what was sent, or rejects with why it could not be read
 */
export async function answerBatch(
  handles: Handles,
  body: string | Promise<string>,
  source: Source,
): Promise<BatchAnswer> {
  const began = performance.now()
  const requestId = randomUUID()
  const { metrics } = handles.caches
  let answer: BatchAnswer
  try {
    const receipt = await acceptBatch(
      handles,
      parseBatch(typeof body === 'string' ? body : await body),
      source,
    )
    answer = {
      status: 202,
      headers: { 'X-Request-Id': requestId },
      text: JSON.stringify(receipt),
    }
  } catch (thrown) {
    const error = answerError(handles.log, thrown, { requestId, ...REQUEST })
    metrics.countError({ error_code: error.body.error.code, tier: 'public' })
    const { status, headers, body } = error
    answer = { status, headers, text: JSON.stringify(body) }
  }
  const labels = answer.status === 202 ? ACCEPTED : { ...ACCEPTED, status_code: answer.status }
  metrics.observeRequest(labels, (performance.now() - began) / 1000)
  if (answer.status === 429) await hold()
  return answer
}

/**
 * Who keeps to `Retry-After` never notices it. Refusals of one moment are let go at different ones, so that what follows
 * them does not come at once again. Beyond so many the next are answered straight away.
 */
const HELD = { leastMs: 400, mostMs: 600, most: 10_000 }
let held = 0

/**
 * Keeps a refusal back for a moment. A client that does not care about it sends its next request over the same
 * connection only when it has the answer to this one, so that its rush costs everybody else little.
 */
async function hold(): Promise<void> {
  if (held >= HELD.most) return
  held++
  await new Promise((resolve) =>
    setTimeout(resolve, HELD.leastMs + Math.random() * (HELD.mostMs - HELD.leastMs)),
  )
  held--
}
