import { z } from 'zod'
import {
  PROJECT_DECISIONS,
  USER_ACTIONS,
  type BulkUsersRequest,
  type DiscardRequest,
  type ImpersonateRequest,
  type Invitation,
  type ReplayRequest,
  type ReviewRequest,
  type UpdateUserRequest,
} from '../wire/admin'
import { EVENT_TYPES, isEventName } from '../wire/event'
import { isObject } from '../wire/json'
import { isGrant, isPermission, PERSONAS } from '../wire/permission'
import { id, line } from './fields'

const MOST_AT_ONCE = 100

const personas = z.array(z.enum(PERSONAS)).min(1).max(PERSONAS.length)
const grant = z
  .string()
  .max(100)
  .refine((value) => isPermission(value) || isGrant(value), 'Must be a permission, such as view_usage.')

export const updateUserRequest = z.strictObject({
  name: line(100).exactOptional(),
  personas: personas.exactOptional(),
  grants: z.array(grant).max(50).exactOptional(),
  plan: z.string().max(50).exactOptional(),
}) satisfies z.ZodType<UpdateUserRequest>

const invitation = z.strictObject({
  email: z.string().trim().toLowerCase().max(254).pipe(z.email()),
  name: line(100),
  personas,
}) satisfies z.ZodType<Invitation>

export const impersonateRequest = z.strictObject({
  reason: line(500),
  persona: z.enum(PERSONAS).exactOptional(),
}) satisfies z.ZodType<ImpersonateRequest>

const ids = z.array(id('user')).min(1).max(MOST_AT_ONCE)

export const bulkUsersRequest = z.discriminatedUnion('action', [
  z.strictObject({ action: z.enum(USER_ACTIONS), ids }),
  z.strictObject({ action: z.literal('set_personas'), ids, personas }),
  z.strictObject({ action: z.literal('invite'), people: z.array(invitation).min(1).max(MOST_AT_ONCE) }),
]) satisfies z.ZodType<BulkUsersRequest>

export const reviewRequest = z
  .strictObject({ decision: z.enum(PROJECT_DECISIONS), reason: line(500).exactOptional() })
  .refine(({ decision, reason }) => reason !== undefined || !['reject', 'suspend'].includes(decision), {
    path: ['reason'],
    message: 'Is required.',
  }) satisfies z.ZodType<ReviewRequest>

const word = z.string().max(200)

/** The row of an event that reports can read. Which event it is and whose is looked at where it is replayed. */
const eventRow = z.strictObject({
  id: z.string(),
  builder_id: z.string(),
  project_id: z.string(),
  implementation_id: z.string(),
  end_user_id: z.string(),
  event_type: z.enum(EVENT_TYPES),
  event_name: z.string().refine((name) => name === '' || isEventName(name), 'Must be a name or nothing.'),
  event_data: z.string().refine(isJsonObject, 'Must be a JSON object, written as a text.'),
  created_at: z.int(),
  session_id: z.string(),
  visitor: z.string(),
  version: word,
  browser: word,
  os: word,
  device: word,
  country: word,
  bot: z.boolean(),
  preview: z.boolean(),
  retention_days: z.int().min(1).max(65_535).exactOptional(),
})

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false
  }
}

export const replayRequest = z.strictObject({
  event: eventRow.exactOptional(),
}) satisfies z.ZodType<ReplayRequest>

export const discardRequest = z.strictObject({ reason: line(500) }) satisfies z.ZodType<DiscardRequest>
