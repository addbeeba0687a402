import { z } from 'zod'
import type * as api from '../wire/api'
import { INTERVALS } from '../wire/api'
import { REFUSALS, type Receipt, type Refusal } from '../wire/event'
import { REVENUE_TYPES, type Billing, type Revenue, type RevenueEvent } from '../wire/revenue'
import { recentEvent } from './analytics-answers'
import { amount, at, count, exactly, text } from './answer-fields'
import { project, implementation, totals, builderImplementation, customer } from './project-answers'

const money = { currency: text, total: amount, monthly: amount }

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

const reason = z.enum(Object.keys(REFUSALS) as [Refusal, ...Refusal[]])

/** What the API answers about use and money. */
export const USAGE_ANSWERS = {
  Usage: usage,
  EndUserDashboard: exactly<api.EndUserDashboard>()(
    z.strictObject({
      widgets: z.array(implementation),
      usage,
      recent: z.array(recentEvent),
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
} as const
