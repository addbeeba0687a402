import { z } from 'zod'
import type * as admin from '../wire/admin'
import { DEAD_LETTER_STATES, USER_STATES } from '../wire/admin'
import { FEATURES, type Allowance, type LimitCheck, type Plan } from '../wire/plan'
import { amount, at, count, exactly, json, named, persona, record, text } from './answer-fields'
import { tracked } from './project-answers'

const adminUser = exactly<admin.AdminUser>()(
  z.strictObject({
    id: text,
    email: text,
    name: text,
    persona,
    personas: z.array(persona),
    grants: z.array(text),
    state: z.enum(USER_STATES),
    plan: text,
    createdAt: at,
    lastSeenAt: at.nullable(),
  }),
)

const limit = z.int()

const plan = exactly<Plan>()(
  z.strictObject({
    id: text,
    name: text,
    features: z.array(z.enum(FEATURES)),
    limits: z.strictObject({
      projects: limit,
      implementations: limit,
      versionsPerProject: limit,
      apiKeys: limit,
    }),
  }),
)

const limitCheck = exactly<LimitCheck>()(
  z.union([
    z.strictObject({ allowed: z.literal(true), unlimited: z.literal(true), current: count }),
    z.strictObject({
      allowed: z.boolean(),
      unlimited: z.literal(false),
      current: count,
      maximum: limit,
      remaining: count,
    }),
  ]),
)

/** What the API answers to the platform's own people, and about plans. */
export const ADMIN_ANSWERS = {
  AdminUser: adminUser,
  AdminBuilder: exactly<admin.AdminBuilder>()(
    adminUser.extend({ projects: count, implementations: count, revenue: amount, currency: text }),
  ),
  AdminImplementation: exactly<admin.AdminImplementation>()(
    z.strictObject({ ...tracked, usageCount: count, builder: named, endUser: named }),
  ),
  AuditEntry: exactly<admin.AuditEntry>()(
    z.strictObject({
      id: count,
      at,
      actor: z.strictObject({ id: text, name: text.nullable(), persona: text.nullable() }).nullable(),
      key: z.strictObject({ id: text, name: text.nullable() }).nullable(),
      action: text,
      resource: z.strictObject({ type: text, id: text.nullable() }),
      before: record.nullable(),
      after: record.nullable(),
      requestId: text.nullable(),
    }),
  ),
  AuditSeal: exactly<admin.AuditSeal>()(
    z.strictObject({
      entries: count,
      head: text.nullable(),
      broken: z
        .strictObject({ auditId: count.nullable(), sequence: count.nullable(), reason: text })
        .nullable(),
    }),
  ),
  DeadLetter: exactly<admin.DeadLetter>()(
    z.strictObject({
      id: text,
      at,
      builderId: text,
      implementationId: text,
      reason: text,
      state: z.enum(DEAD_LETTER_STATES),
      event: json.nullable(),
    }),
  ),
  BulkResult: exactly<admin.BulkResult>()(
    z.strictObject({
      results: z.array(
        z.union([
          z.strictObject({ target: text, ok: z.literal(true), id: text }),
          z.strictObject({ target: text, ok: z.literal(false), code: text, message: text }),
        ]),
      ),
    }),
  ),
  Plan: plan,
  Allowance: exactly<Allowance>()(
    z.strictObject({
      plan,
      limits: z.strictObject({
        projects: limitCheck,
        implementations: limitCheck,
        versionsPerProject: limitCheck,
        apiKeys: limitCheck,
      }),
    }),
  ),
} as const
