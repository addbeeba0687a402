import { z } from 'zod'
import { INTERVALS } from '../wire/api'
import { METRIC_IDS } from '../wire/metric'
import { REPORT_PERIODS, REPORT_SCHEDULES, type Report, type ReportRun } from '../wire/report'
import { measurement } from './analytics-answers'
import { at, count, exactly, text } from './answer-fields'

/** What the API answers about reports. */
export const REPORT_ANSWERS = {
  Report: exactly<Report>()(
    z.strictObject({
      id: text,
      name: text,
      metrics: z.array(z.enum(METRIC_IDS)),
      period: z.enum(REPORT_PERIODS),
      timezone: text,
      schedule: z.enum(REPORT_SCHEDULES),
      hour: count,
      implementationId: text.nullable(),
      projectId: text.nullable(),
      offReason: text.nullable(),
      nextAt: at.nullable(),
      lastSentAt: at.nullable(),
      waitsSince: at.nullable(),
      revision: count,
      createdAt: at,
      updatedAt: at,
    }),
  ),
  ReportRun: exactly<ReportRun>()(
    z.strictObject({
      id: text,
      name: text,
      from: at,
      to: at,
      timezone: text,
      interval: z.enum(INTERVALS),
      isComplete: z.boolean(),
      rows: z.array(measurement.extend({ name: text, unit: z.enum(['count', 'ratio', 'money']) })),
    }),
  ),
} as const
