import { isUuidV7, timeOfUuidV7 } from './id'
import { isObject, type Json, type JsonObject } from './json'

export const EVENT_TYPES = ['load', 'interaction', 'error'] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** Limits of `POST /v1/events`. */
export const MAX_BATCH_EVENTS = 100
export const MAX_BATCH_BYTES = 64 * 1024
export const MAX_EVENT_DATA_BYTES = 8 * 1024
export const MAX_EVENT_DATA_DEPTH = 8
export const MAX_EVENT_NAME_LENGTH = 64

/** How old or how far ahead an event's own time may be. Older ones can no longer be told from a replay. */
export const MAX_EVENT_AGE_MS = 48 * 60 * 60 * 1000
export const MAX_EVENT_LEAD_MS = 5 * 60 * 1000

/** One thing that happened. `at` is epoch ms; the time that counts is the one inside `id`. */
export type WireEvent = {
  id: string
  type: EventType
  name?: string
  at: number
  data?: JsonObject
}

export type WireBatch = { token: string; sentAt: number; events: WireEvent[] }

/** Why an event was refused. Every refusal is counted under its name. */
export const REFUSALS = {
  invalid_event: 'The event is not an object.',
  invalid_id: 'The id must be a lower-case UUIDv7.',
  invalid_type: 'The type must be load, interaction or error.',
  invalid_name: `The name must be a string of 1 to ${MAX_EVENT_NAME_LENGTH} characters without control characters or lone surrogates.`,
  invalid_time: 'The time "at" must be a number of milliseconds since 1970.',
  invalid_data: 'The data must be a JSON object.',
  data_too_large: `The data must be at most ${MAX_EVENT_DATA_BYTES} bytes as JSON.`,
  data_too_deep: `The data must be nested at most ${MAX_EVENT_DATA_DEPTH} levels deep.`,
  too_old: 'The event is older than 48 hours.',
  from_the_future: 'The event lies more than 5 minutes ahead.',
} as const
export type Refusal = keyof typeof REFUSALS

/** The answer to a batch: every event of it is in exactly one of the three. */
export type Receipt = {
  accepted: number
  duplicates: number
  rejected: { id: string | null; code: Refusal; message: string }[]
}

/** True for an envelope whose events still have to be looked at one by one. */
export const isBatchEnvelope = (
  value: unknown,
): value is { token: string; sentAt: number; events: unknown[] } =>
  isObject(value) &&
  typeof value.token === 'string' &&
  typeof value.sentAt === 'number' &&
  Number.isFinite(value.sentAt) &&
  Array.isArray(value.events) &&
  value.events.length > 0 &&
  value.events.length <= MAX_BATCH_EVENTS

type Step = [Refusal, (event: Record<string, unknown>, time: number, receivedAt: number) => boolean]

/** Policy, in order: the first step that answers true refuses the event. `time` is its id's own, NaN without one. */
const steps: Step[] = [
  ['invalid_id', (_, time) => Number.isNaN(time)],
  ['invalid_type', (event) => !EVENT_TYPES.includes(event.type as EventType)],
  ['invalid_name', (event) => event.name !== undefined && !isEventName(event.name)],
  ['invalid_time', (event) => typeof event.at !== 'number' || !Number.isFinite(event.at)],
  ['too_old', (_, time, receivedAt) => time < receivedAt - MAX_EVENT_AGE_MS],
  ['from_the_future', (_, time, receivedAt) => time > receivedAt + MAX_EVENT_LEAD_MS],
  ['invalid_data', (event) => event.data !== undefined && !isObject(event.data)],
  ['data_too_deep', (event) => event.data !== undefined && !isShallow(event.data, MAX_EVENT_DATA_DEPTH)],
]

/**
 * Says why an event must be refused, or nothing when it may be stored.
 * Size is not looked at here: whoever serialises the data knows it for free.
 */
export function refusalOf(event: unknown, receivedAt: number): Refusal | undefined {
  if (!isObject(event)) return 'invalid_event'
  const time = isUuidV7(event.id) ? timeOfUuidV7(event.id) : NaN
  for (const [refusal, refuses] of steps) if (refuses(event, time, receivedAt)) return refusal
  return undefined
}

/** Narrows what {@link refusalOf} let through. */
export const isWireEvent = (event: unknown, receivedAt: number): event is WireEvent =>
  refusalOf(event, receivedAt) === undefined

export const isEventName = (value: unknown): value is string =>
  // eslint-disable-next-line no-control-regex
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= MAX_EVENT_NAME_LENGTH &&
  !/[\u0000-\u001f\u007f\p{Surrogate}]/u.test(value)

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  // Asking an array for its keys would make a string of each place.
  if (Array.isArray(value)) {
    for (const one of value) if (!isShallow(one, levels - 1)) return false
  } else
    for (const key in value) if (!isShallow((value as Record<string, Json>)[key], levels - 1)) return false
  return true
}
