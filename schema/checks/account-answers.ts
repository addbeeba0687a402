import { z } from 'zod'
import type * as api from '../wire/api'
import { PROVIDERS } from '../wire/api'
import { JOB_KINDS, JOB_STATUSES, RETENTION_DAYS, type Job, type Retention } from '../wire/job'
import { at, count, exactly, named, persona, text } from './answer-fields'

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

/** What the API answers about accounts, and about work that runs on. */
export const ACCOUNT_ANSWERS = {
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
  ConfirmedAddress: z.strictObject({ email: text }),
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
  Job: job,
  Retention: exactly<Retention>()(
    z.strictObject({ retentionDays: z.literal(RETENTION_DAYS), job: job.nullable() }),
  ),
} as const
