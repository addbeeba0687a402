import { z } from 'zod'
import { INTERVALS, type Interval } from '../wire/api'
import { CHART_KINDS, COLUMNS, MOST_CHARTS, type DashboardRequest } from '../wire/dashboard'
import { METRIC_IDS, METRICS } from '../wire/metric'
import { id, line, listing } from './fields'
import { timezone } from './usage'

const HOURS: Record<Interval, number> = { minute: 1 / 60, hour: 1, day: 24, week: 7 * 24, month: 30 * 24 }
/** Of a chart, so that a whole dashboard is one answer. */
const MOST_BUCKETS = 500
const MOST_ROWS = 1_000

const chart = z
  .strictObject({
    kind: z.enum(CHART_KINDS),
    title: line(100),
    metric: z.enum(METRIC_IDS),
    hours: z
      .number()
      .int()
      .min(1)
      .max(400 * 24),
    interval: z.enum(INTERVALS),
    implementationId: id('implementation').nullable().exactOptional(),
    projectId: id('project').nullable().exactOptional(),
    place: z
      .strictObject({
        column: z
          .number()
          .int()
          .min(0)
          .max(COLUMNS - 1),
        row: z.number().int().min(0).max(MOST_ROWS),
        width: z.number().int().min(1).max(COLUMNS),
        height: z.number().int().min(1).max(20),
      })
      .refine(({ column, width }) => column + width <= COLUMNS, {
        path: ['width'],
        message: `Must end within ${COLUMNS} columns.`,
      }),
  })
  .superRefine(({ kind, metric, hours, interval, implementationId, projectId }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (hours / HOURS[interval] > MOST_BUCKETS)
      refuse('interval', `Must be longer: these hours have more than ${MOST_BUCKETS} of them.`)
    if ((kind === 'line' || kind === 'bar') && !METRICS[metric].hasSeries)
      refuse('metric', 'Has one value for the whole and none by bucket: show it as a number or in a table.')
    if (implementationId && projectId) refuse('projectId', 'Choose a widget or a project, not both.')
  })

export const dashboardRequest = z.strictObject({
  name: line(100),
  timezone: timezone.exactOptional(),
  charts: z.array(chart).max(MOST_CHARTS),
}) satisfies z.ZodType<DashboardRequest>

export const dashboardsQuery = listing(['createdAt', 'updatedAt', 'name'])
