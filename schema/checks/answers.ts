import { z } from 'zod'
import type * as admin from '../wire/admin'
import { INTERVALS, PROVIDERS, type ImplementationStatus, type ProjectStatus } from '../wire/api'
import type * as api from '../wire/api'
import { EVENT_TYPES, REFUSALS, type Receipt, type Refusal } from '../wire/event'
import { JOB_KINDS, JOB_STATUSES, RETENTION_DAYS, type Job, type Retention } from '../wire/job'
import type { Json } from '../wire/json'
import { PERSONAS } from '../wire/permission'
import { FEATURES, type Allowance, type LimitCheck, type Plan } from '../wire/plan'
import { REVENUE_TYPES, type Billing, type Revenue, type RevenueEvent } from '../wire/revenue'
import { DEAD_LETTER_STATES, USER_STATES } from '../wire/admin'
import { manifest } from './manifest'

/*
 * What the API answers, for its document and for tests that hold real answers against it. Each is of exactly its wire
 * type: a field more or less on either side does not compile.
 */

const exactly =
  <Type>() =>
  <Check extends z.ZodType<Type>>(check: Type extends z.output<Check> ? Check : never): Check =>
    check

const text = z.string()
const count = z.int().min(0)
const amount = z.int()
const at = z.int()
const json = z.record(text, z.custom<Json>())
const record = z.record(text, z.unknown())
const persona = z.enum(PERSONAS)
const projectStatus = z.enum([
  'draft',
  'in_review',
  'published',
  'suspended',
  'archived',
] satisfies ProjectStatus[])
const implementationStatus = z.enum([
  'active',
  'paused',
  'suspended',
  'over_limit',
] satisfies ImplementationStatus[])
const named = z.strictObject({ id: text, name: text })
const money = { currency: text, total: amount, monthly: amount }
const { presets, permissions, events } = manifest.shape

const user = exactly<api.User>()(
  z.strictObject({
    id: text,
    email: text,
    emailVerified: z.boolean(),
    name: text,
    persona,
    personas: z.array(persona),
    roles: z.array(text),
    permissions: z.array(text),
    createdAt: at,
    impersonation: z.strictObject({ by: named, until: at }).exactOptional(),
  }),
)

const login = exactly<api.Login>()(
  z.strictObject({ user, accessToken: text, expiresIn: count, refreshToken: text.exactOptional() }),
)

const challenge = exactly<api.Challenge>()(z.strictObject({ challenge: text, expiresIn: count }))

const apiKey = exactly<api.ApiKey>()(
  z.strictObject({
    id: text,
    name: text,
    hint: text,
    persona,
    scopes: z.array(text),
    createdAt: at,
    expiresAt: at.nullable(),
    lastUsedAt: at.nullable(),
  }),
)

const channel = exactly<api.Channel>()(z.strictObject({ name: text, version: text, releasedAt: at }))

const project = exactly<api.Project>()(
  z.strictObject({
    id: text,
    builderId: text,
    name: text,
    slug: text,
    description: text,
    kind: z.enum(['widget', 'template']),
    status: projectStatus,
    reviewNote: text.nullable(),
    channels: z.array(channel),
    latestVersion: text.nullable(),
    implementations: count,
    createdAt: at,
    updatedAt: at,
  }),
)

const implementation = exactly<api.Implementation>()(
  z.strictObject({
    id: text,
    name: text,
    projectId: text,
    projectName: text,
    builderId: text,
    endUserId: text,
    implementationUrl: text,
    origins: z.array(text),
    channel: text,
    pinnedVersion: text.nullable(),
    version: text.nullable(),
    status: implementationStatus,
    configuration: json,
    configurationRevision: count,
    configSchema: json,
    presets,
    embedCode: text,
    retentionDays: z.literal(RETENTION_DAYS),
    usageCount: count,
    lastActivity: at.nullable(),
    createdAt: at,
    updatedAt: at,
  }),
)

const totals = exactly<api.UsageTotals>()(
  z.strictObject({ loads: count, interactions: count, errors: count, sessions: count, visitors: count }),
)

const usage = exactly<api.Usage>()(
  z.strictObject({
    from: at,
    to: at,
    interval: z.enum(INTERVALS),
    timezone: text,
    totals,
    previous: z.strictObject({ from: at, to: at, totals }),
    series: z.array(z.strictObject({ at, loads: count, interactions: count, errors: count })),
  }),
)

const { id, name, projectId, projectName, implementationUrl, pinnedVersion, version, status, lastActivity } =
  implementation.shape
const tracked = {
  id,
  name,
  projectId,
  projectName,
  implementationUrl,
  channel: text,
  pinnedVersion,
  version,
  status,
  lastActivity,
  createdAt: at,
}

const builderImplementation = exactly<api.BuilderImplementation>()(
  z.strictObject({ ...tracked, customer: named, usage: totals }),
)

const customer = exactly<api.Customer>()(
  z.strictObject({ id: text, name: text, implementations: count, since: at }),
)

const series = z.array(z.strictObject({ at, amount }))

const revenueEvent = exactly<RevenueEvent>()(
  z.strictObject({
    id: text,
    type: z.enum(REVENUE_TYPES),
    amount,
    currency: text,
    description: text.nullable(),
    implementationId: text.nullable(),
    builderId: text,
    endUserId: text,
    createdAt: at,
  }),
)

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

const reason = z.enum(Object.keys(REFUSALS) as [Refusal, ...Refusal[]])

const release = exactly<api.Release>()(
  z.strictObject({
    id: text,
    projectId: text,
    channel: text,
    version: text,
    previousVersion: text.nullable(),
    kind: z.enum(['release', 'rollback']),
    reason: text.nullable(),
    actorId: text,
    createdAt: at,
  }),
)

const rollbackPreview = exactly<api.RollbackPreview>()(
  z.strictObject({
    projectId: text,
    channel: text,
    version: text,
    previousVersion: text,
    implementations: count,
  }),
)

const job = exactly<Job>()(
  z.strictObject({
    id: text,
    kind: z.enum(JOB_KINDS),
    status: z.enum(JOB_STATUSES),
    implementationId: text.nullable(),
    steps: z.strictObject({ done: count, total: count, current: text.nullable() }),
    rows: count,
    error: text.nullable(),
    file: z.strictObject({ bytes: count, expiresAt: at }).nullable(),
    createdAt: at,
    nextAt: at.nullable(),
    finishedAt: at.nullable(),
  }),
)

export const ANSWERS = {
  Nothing: z.null(),
  User: user,
  Login: login,
  LoginOrChallenge: z.union([login, challenge]),
  SecondFactor: exactly<api.SecondFactor>()(z.strictObject({ enabled: z.boolean(), recoveryCodes: count })),
  SecondFactorEnrolment: exactly<api.SecondFactorEnrolment>()(z.strictObject({ secret: text, uri: text })),
  RecoveryCodes: z.strictObject({ recoveryCodes: z.array(text) }),
  Provider: z.strictObject({ id: z.enum(PROVIDERS), name: text }),
  ConnectedProvider: exactly<api.ConnectedProvider>()(
    z.strictObject({ provider: z.enum(PROVIDERS), email: text, createdAt: at }),
  ),
  Departure: z.strictObject({ url: text }),
  Session: exactly<api.Session>()(
    z.strictObject({
      id: text,
      device: text,
      userAgent: text.nullable(),
      persona,
      createdAt: at,
      lastSeenAt: at,
      expiresAt: at,
      current: z.boolean(),
    }),
  ),
  Ended: z.strictObject({ ended: count }),
  ApiKey: apiKey,
  NewApiKey: exactly<api.NewApiKey>()(apiKey.extend({ key: text })),
  Project: project,
  Offer: exactly<api.Offer>()(
    project.extend({ builder: named, title: text, configSchema: json, presets, permissions }),
  ),
  Version: exactly<api.Version>()(
    z.strictObject({
      id: text,
      projectId: text,
      version: text,
      size: count,
      integrity: text,
      manifest,
      createdAt: at,
    }),
  ),
  Release: release,
  ReleaseOrPreview: z.union([release, rollbackPreview]),
  Implementation: implementation,
  ImplementationOrStatus: z.union([
    implementation,
    z.strictObject({ id: text, status: implementationStatus }),
  ]),
  BuilderImplementation: builderImplementation,
  Job: job,
  Retention: exactly<Retention>()(
    z.strictObject({ retentionDays: z.literal(RETENTION_DAYS), job: job.nullable() }),
  ),
  Customer: customer,
  Runtime: exactly<api.Runtime>()(
    z.strictObject({
      id: text,
      status: implementationStatus,
      title: text,
      version: text,
      integrity: text,
      permissions,
      events,
      height: count,
      configuration: json,
    }),
  ),
  Usage: usage,
  EndUserDashboard: exactly<api.EndUserDashboard>()(
    z.strictObject({
      widgets: z.array(implementation),
      usage,
      recent: z.array(
        z.strictObject({
          id: text,
          at,
          type: z.enum(EVENT_TYPES),
          name: text,
          implementationId: text,
          session: text.nullable(),
          data: json,
        }),
      ),
      billing: z.strictObject(money),
      support: z.strictObject({ contact: text.nullable() }),
    }),
  ),
  BuilderDashboard: exactly<api.BuilderDashboard>()(
    z.strictObject({
      revenue: z.strictObject({ ...money, series }),
      projects: z.array(project),
      implementations: z.array(builderImplementation),
      customers: z.array(customer),
      usage,
    }),
  ),
  Revenue: exactly<Revenue>()(z.strictObject({ ...money, series, events: z.array(revenueEvent) })),
  WidgetError: exactly<api.WidgetError>()(
    z.strictObject({ name: text, message: text, version: text, stack: text, count, firstAt: at, lastAt: at }),
  ),
  IngestReport: exactly<api.IngestReport>()(
    z.strictObject({
      totals: z.strictObject({
        received: count,
        stored: count,
        duplicates: count,
        quarantined: count,
        refused: count,
      }),
      refusals: z.array(
        z.strictObject({
          implementationId: text,
          day: text,
          reason,
          message: text,
          events: count,
          example: text,
        }),
      ),
    }),
  ),
  Billing: exactly<Billing>()(z.strictObject({ ...money, events: z.array(revenueEvent) })),
  PlatformAnalytics: exactly<api.PlatformAnalytics>()(
    z.strictObject({
      users: z.strictObject({ super_admin: count, builder: count, end_user: count }),
      projects: count,
      implementations: z.strictObject({ active: count, paused: count, suspended: count, over_limit: count }),
      revenue: z.strictObject(money),
      usage,
      top: z.array(
        z.strictObject({
          implementationId: text,
          name: text,
          projectName: text,
          loads: count,
          interactions: count,
          errors: count,
        }),
      ),
    }),
  ),
  Receipt: exactly<Receipt>()(
    z.strictObject({
      accepted: count,
      duplicates: count,
      rejected: z.array(z.strictObject({ id: text.nullable(), code: reason, message: text })),
    }),
  ),
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

export type AnswerName = keyof typeof ANSWERS
