import { z } from 'zod'
import {
  PROJECT_DECISIONS,
  USER_ACTIONS,
  type BulkUsersRequest,
  type ImpersonateRequest,
  type Invitation,
  type ReviewRequest,
  type UpdateUserRequest,
} from '../wire/admin'
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
