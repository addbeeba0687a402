import { OrielError } from '../../../schema/wire/error'
import {
  isBatchEnvelope,
  MAX_BATCH_EVENTS,
  MAX_EVENT_DATA_BYTES,
  REFUSALS,
  refusalOf,
  type Receipt,
  type Refusal,
  type WireEvent,
} from '../../../schema/wire/event'
import type { SessionClaims } from '../../../schema/wire/frame'
import { isUuidV7, timeOfUuidV7 } from '../../../schema/wire/id'
import { isObject } from '../../../schema/wire/json'
import type { Handles } from '../handles'
import type { Account } from '../spool/outcome'
import type { RefusedEvent, SpooledEvent } from '../spool/spool'
import { accountOn, openSession, type Session } from './session'
import type { Source } from './visitor'

/**
 * Decides the fate of every event in a batch and spools the survivors.
 * Resolves only once the spool holds them durably: a 202 means they are safe. One bad event costs only itself.
 * @param body what the client sent, parsed
 * @throws OrielError VALIDATION_ERROR when it is not a batch, TOKEN_INVALID or TOKEN_EXPIRED when its token does not
 * verify, RATE_LIMIT_EXCEEDED when its session or implementation brings too many, SERVICE_UNAVAILABLE when nothing can be kept; then nothing of it is stored
 */
export async function acceptBatch(
  handles: Pick<Handles, 'config' | 'db' | 'spool' | 'keys' | 'caches' | 'now'>,
  body: unknown,
  source: Source,
): Promise<Receipt> {
  if (!isBatchEnvelope(body))
    throw new OrielError(
      'VALIDATION_ERROR',
      `A batch is {"token": string, "sentAt": number, "events": [1 to ${MAX_BATCH_EVENTS} events]}.`,
    )
  const receivedAt = handles.now()
  const session = await openSession(handles, body.token, source, receivedAt)
  limitRate(handles, session.claims, body.events.length, receivedAt)
  const receipt: Receipt = { accepted: 0, duplicates: 0, rejected: [] }
  const spooled: SpooledEvent[] = []
  const refused: RefusedEvent[] = []
  for (const event of body.events) {
    const verdict = toRow(event, receivedAt, session)
    if (typeof verdict === 'object') {
      spooled.push(verdict)
      continue
    }
    const account = accountOf(session, receivedAt)
    refused.push({ account, refusal: verdict, example: exampleOf(event) })
    receipt.rejected.push({ id: idOf(event), code: verdict, message: REFUSALS[verdict] })
  }
  receipt.duplicates = await handles.spool.append(spooled, refused)
  receipt.accepted = spooled.length - receipt.duplicates
  return receipt
}

const MINUTE_MS = 60_000
/** A rush on one site may bring at once what this long allows, so that it stays small beside everybody else. */
const RUSH_MS = 2_000

/** A token that went astray must not fill the store, and one site's rush must not be everybody's. */
function limitRate(
  { config, caches }: Pick<Handles, 'config' | 'caches'>,
  { sid, im }: SessionClaims,
  events: number,
  now: number,
): void {
  const { sessionEventsPerMinute, implementationEventsPerMinute } = config
  const session = { name: 'session', quota: sessionEventsPerMinute, windowMs: MINUTE_MS }
  const rush = Math.max(MAX_BATCH_EVENTS, (implementationEventsPerMinute * RUSH_MS) / MINUTE_MS)
  const implementation = {
    name: 'implementation events',
    quota: rush,
    windowMs: (rush / implementationEventsPerMinute) * MINUTE_MS,
  }
  for (const [policy, caller] of [
    [session, sid],
    [implementation, im],
  ] as const) {
    const { allowed, resetMs } = caches.rates.take(policy, caller, now, events)
    if (!allowed)
      throw new OrielError('RATE_LIMIT_EXCEEDED', 'Too many events at once. Please send them again later.', {
        retryAfterSeconds: Math.ceil(resetMs / 1000),
      })
  }
}

/** The ClickHouse row of an event, or why there is none. Its time is the one inside its id, so a retry never moves it. */
function toRow(event: unknown, receivedAt: number, session: Session): SpooledEvent | Refusal {
  const refusal = refusalOf(event, receivedAt)
  if (refusal) return refusal
  const { id, type, name = '', data } = event as WireEvent
  const json = data ? JSON.stringify(data) : '{}'
  // A character of a string is at most three bytes of UTF-8.
  if (json.length * 3 > MAX_EVENT_DATA_BYTES && Buffer.byteLength(json) > MAX_EVENT_DATA_BYTES)
    return 'data_too_large'
  const at = timeOfUuidV7(id)
  // What was checked to need no escaping is put in as it is. ClickHouse keeps an object as the text that it is.
  const line = `["${id}","${type}",${at},${JSON.stringify(name)},${json},${session.rowEnd}`
  return { id, line, account: accountOf(session, at) }
}

/** Where an event is counted: an accepted one by the day of its own time, a refused one by that of its arrival. */
function accountOf({ claims, today }: Session, at: number): Account {
  return at >= today.from && at < today.to ? today.account : accountOn(claims, at)
}

const EXAMPLE_LENGTH = 500
/** Cut at a byte, not within a character: half of one is no text that could be stored. */
const exampleOf = (event: unknown) => Buffer.from(JSON.stringify(event).slice(0, EXAMPLE_LENGTH)).toString()

const idOf = (event: unknown) => (isObject(event) && isUuidV7(event.id) ? event.id : null)
