import { z } from 'zod'
import { INTERVALS } from '../wire/api'
import { CHART_KINDS, type ChartData, type DashboardData, type SavedDashboard } from '../wire/dashboard'
import { ERROR_STATUS, type ErrorCode } from '../wire/error'
import { METRIC_IDS } from '../wire/metric'
import { measurement } from './analytics-answers'
import { at, count, exactly, text } from './answer-fields'

const period = { from: at, to: at }
const code = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]])

/** What the API answers about saved dashboards. */
export const DASHBOARD_ANSWERS = {
  SavedDashboard: exactly<SavedDashboard>()(
    z.strictObject({
      id: text,
      name: text,
      timezone: text,
      charts: z.array(
        z.strictObject({
          kind: z.enum(CHART_KINDS),
          title: text,
          metric: z.enum(METRIC_IDS),
          hours: count,
          interval: z.enum(INTERVALS),
          implementationId: text.nullable(),
          projectId: text.nullable(),
          place: z.strictObject({ column: count, row: count, width: count, height: count }),
        }),
      ),
      revision: count,
      createdAt: at,
      updatedAt: at,
    }),
  ),
  DashboardData: exactly<DashboardData>()(
    z.strictObject({
      id: text,
      revision: count,
      at,
      charts: z.array(
        exactly<ChartData>()(
          z.union([
            z.strictObject({ ...period, measurement, error: z.null() }),
            z.strictObject({
              ...period,
              measurement: z.null(),
              error: z.strictObject({ code, message: text }),
            }),
          ]),
        ),
      ),
    }),
  ),
} as const
