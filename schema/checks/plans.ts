import { z } from 'zod'
import { FEATURES, UNLIMITED, type Plan } from '../wire/plan'
import { line } from './fields'

const limit = z.number().int().min(UNLIMITED).max(1_000_000_000)

export const planRequest = z.strictObject({
  name: line(50),
  features: z.array(z.enum(FEATURES)).max(FEATURES.length),
  limits: z.strictObject({
    projects: limit,
    implementations: limit,
    versionsPerProject: limit,
    apiKeys: limit,
  }),
}) satisfies z.ZodType<Omit<Plan, 'id'>>
