import { OrielError } from '../../../schema/wire/error'
import type { Handles } from '../handles'
import { describeError, type Log } from '../log'
import { insertBatch } from './insert-batch'
import { addOutcomes, isOutcome, Outcomes, type Batch } from './outcome'
import { partLate, setLateAside } from './queue-hold'
import type { Spool } from './spool'

/** The part of a Cloudflare Queue binding that we call. https://developers.cloudflare.com/queues/configuration/javascript-apis/ */
export type MessageQueue = { send(body: string, options: { contentType: 'text' }): Promise<unknown> }

/** The part of what a queue delivers that we read. `attempts` is 1 at the first delivery. */
export type MessageBatch = {
  messages: readonly { body: unknown; attempts: number }[]
  retryAll(options: { delaySeconds: number }): void
}

/** What a consumer asks of ClickHouse. */
type QueueStore = Pick<Handles['clickhouse'], 'insert' | 'query'>

/** A message may have 128,000 bytes with its metadata. */
const MESSAGE_BYTES = 120_000
/**
 * A failed delivery comes again after 2, 4, 8 … seconds, at last once an hour. A hundred of them take 3.8 days, which is
 * a little less than a queue keeps a message: what cannot be stored ends in the dead letter queue, and not nowhere.
 */
const RETRY_SECONDS = { first: 2, most: 3600 }

/**
 * The spool of Workers: a Cloudflare Queue, whose messages are lines as they will be inserted.
 *
 * It remembers no ids, so `append` never counts a duplicate; the store recognises them, because a row's key ends in
 * its id. How much is waiting is known to the queue only.
 */
export function createQueueSpool(queue: MessageQueue, log: Log): Spool {
  return {
    async append(events, refused = []) {
      const outcomes = new Outcomes()
      for (const { account } of events) outcomes.countAccepted(account)
      for (const { account, refusal, example } of refused) outcomes.count(account, refusal, 1, example)
      const messages = packLines([...events.map(({ line }) => line), ...outcomes.toLines()])
      try {
        // Nearly always one message. Where some of several fail, the client sends all events again.
        await Promise.all(messages.map((message) => queue.send(message, { contentType: 'text' })))
      } catch (error) {
        log.error('queue takes no events', describeError(error))
        throw new OrielError(
          'SERVICE_UNAVAILABLE',
          'Events cannot be stored right now. Please send them again.',
        )
      }
      return 0
    },
    depth: () => ({ events: 0, bytes: 0, oldestAt: null }),
    failure: () => undefined,
    close: async () => {},
  }
}

/** Joins lines into as few messages as fit; a single line is always far below the limit. */
function packLines(lines: string[]): string[] {
  const messages: string[] = []
  let bytes = Infinity
  for (const line of lines) {
    const lineBytes = Buffer.byteLength(line) + 1
    bytes += lineBytes
    if (bytes <= MESSAGE_BYTES) messages[messages.length - 1] += `\n${line}`
    else {
      messages.push(line)
      bytes = lineBytes
    }
  }
  return messages
}

/**
 * Carries delivered messages to ClickHouse in one insert, or asks for them again later.
 * The insert's token is a digest of its rows: the same delivery twice is taken once. Where a redelivery brings the
 * messages in other company, the events meet their twins by key; the counts of outcomes have no key and may count the
 * regrouped ones again. What comes after its hour may be sealed is set aside, see {@link partLate}.
 * @returns what is stored now, or nothing when ClickHouse has to be tried again
 */
export async function drainMessages(
  { clickhouse, log, now }: Pick<Handles, 'log' | 'now'> & { clickhouse: QueueStore },
  batch: MessageBatch,
): Promise<Batch | undefined> {
  const lines = batch.messages.flatMap(({ body }) => String(body).split('\n'))
  try {
    const { inTime, late } = await partLate(
      { clickhouse, now },
      lines.filter((line) => !isOutcome(line)),
    )
    if (late.length > 0) {
      log.error('events came out of the queue too late to be counted', { events: late.length })
      await setLateAside({ clickhouse }, late, await digestOf(late))
    }
    const outcomes = lines.filter(isOutcome)
    const stored = { events: inTime.join('\n'), outcomes: addOutcomes(outcomes) }
    await insertBatch(clickhouse, await digestOf([...inTime, ...outcomes]), stored, log)
    return stored
  } catch (error) {
    const attempts = Math.min(...batch.messages.map((message) => message.attempts))
    const delaySeconds = Math.min(RETRY_SECONDS.first * 2 ** (attempts - 1), RETRY_SECONDS.most)
    log.warn('events wait for ClickHouse', { events: lines.length, delaySeconds, ...describeError(error) })
    batch.retryAll({ delaySeconds })
    return undefined
  }
}

async function digestOf(lines: string[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(lines.join('\n')))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
