import { z } from 'zod'
import {
  EVENT_TYPES,
  isEventName,
  MAX_BATCH_EVENTS,
  MAX_EVENT_DATA_DEPTH,
  MAX_EVENT_NAME_LENGTH,
  type WireBatch,
  type WireEvent,
} from '../wire/event'
import { isUuidV7 } from '../wire/id'
import type { Json } from '../wire/json'
import { jsonObject } from './fields'

/*
 * The same shapes that `schema/wire/event.ts` guards by hand, for documents and for everybody who may load zod.
 * A property test holds the two together; time is judged there alone.
 */

export const eventName = z
  .string()
  .max(MAX_EVENT_NAME_LENGTH)
  .refine(isEventName, 'Must be 1 to 64 characters without control characters.')

export const wireEvent = z.object({
  id: z.string().refine(isUuidV7, 'Must be a lower-case UUIDv7.'),
  type: z.enum(EVENT_TYPES),
  name: eventName.exactOptional(),
  at: z.number(),
  data: jsonObject
    .refine(
      (data) => levelsOf(data) <= MAX_EVENT_DATA_DEPTH,
      `Must be nested at most ${MAX_EVENT_DATA_DEPTH} levels deep.`,
    )
    .exactOptional(),
}) satisfies z.ZodType<WireEvent>

export const wireBatch = z.object({
  token: z.string(),
  sentAt: z.number(),
  events: z.array(wireEvent).min(1).max(MAX_BATCH_EVENTS),
}) satisfies z.ZodType<WireBatch>

const levelsOf = (value: Json): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(levelsOf)) : 0
