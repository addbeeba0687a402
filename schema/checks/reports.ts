import { z } from 'zod'
import { METRIC_IDS } from '../wire/metric'
import {
  REPORT_PERIODS,
  REPORT_SCHEDULES,
  type CreateReportRequest,
  type UpdateReportRequest,
} from '../wire/report'
import { id, line, listing } from './fields'
import { time, timezone } from './usage'

/** What depends on several fields, which a change may leave as they are, is checked with the whole report in hand. */
export const createReportRequest = z.strictObject({
  name: line(100),
  metrics: z
    .array(z.enum(METRIC_IDS))
    .min(1)
    .refine((metrics) => new Set(metrics).size === metrics.length, 'Must name each metric once.'),
  period: z.enum(REPORT_PERIODS),
  timezone: timezone.exactOptional(),
  schedule: z.enum(REPORT_SCHEDULES).exactOptional(),
  hour: z.number().int().min(0).max(23).exactOptional(),
  implementationId: id('implementation').nullable().exactOptional(),
  projectId: id('project').nullable().exactOptional(),
}) satisfies z.ZodType<CreateReportRequest>

const { shape } = createReportRequest

export const updateReportRequest = z.strictObject({
  ...shape,
  name: shape.name.exactOptional(),
  metrics: shape.metrics.exactOptional(),
  period: shape.period.exactOptional(),
}) satisfies z.ZodType<UpdateReportRequest>

export const reportsQuery = listing(['createdAt', 'updatedAt', 'name'])

/** Nothing is counted before 2000, and a report also looks at the period before its own. */
const FIRST_AT = Date.UTC(2000, 2)

/** Of the last whole period before a time, which is now when it is left out. */
export const reportRunQuery = z.object({
  at: time.refine((at) => at >= FIRST_AT, 'Must be a time since March 2000.').optional(),
  format: z.enum(['json', 'csv']).optional(),
})
