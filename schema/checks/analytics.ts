import { z } from 'zod'
import { ANOMALY_METRICS, FORECAST_INTERVALS, FORECAST_METRICS } from '../wire/analytics'
import { MAX_EVENT_NAME_LENGTH } from '../wire/event'
import { METRIC_IDS, type MetricId } from '../wire/metric'
import { time, timezone } from './usage'

/** What can be asked of what is computed from usage. */

const DAY_MS = 24 * 60 * 60 * 1000
const MOST_DAYS = 31

/** Which metrics, with commas between them; all when left out. */
export const kpisQuery = z.object({
  metrics: z
    .string()
    .transform((value, context): MetricId[] => {
      const ids = [...new Set(value.split(','))]
      const known = METRIC_IDS.filter((id) => ids.includes(id))
      if (known.length === ids.length) return known
      context.addIssue(`Must be some of ${METRIC_IDS.join(', ')}, with commas between them.`)
      return z.NEVER
    })
    .optional(),
})

/** A period that is short enough to look at every event of it. Left out: the last day. */
export const streamsQuery = z
  .object({ from: time.optional(), to: time.optional() })
  .transform((query, context) => {
    const to = query.to ?? Date.now() + 1
    const from = query.from ?? Math.max(0, to - DAY_MS)
    if (from >= to) context.addIssue({ code: 'custom', path: ['from'], message: 'Must be before "to".' })
    if (to - from > MOST_DAYS * DAY_MS)
      context.addIssue({
        code: 'custom',
        path: ['from'],
        message: `Must be at most ${MOST_DAYS} days before "to".`,
      })
    return { from, to }
  })

/** Which of a type's events, by their name, and how many. */
export const dataPointsQuery = z.object({
  name: z.string().max(MAX_EVENT_NAME_LENGTH).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

/** What to forecast, and how far; left out, two days by hour or two weeks by day. */
export const forecastQuery = z
  .object({
    metric: z.enum(FORECAST_METRICS).default('loads'),
    interval: z.enum(FORECAST_INTERVALS).default('day'),
    timezone: timezone.default('UTC'),
    horizon: z.coerce.number().int().min(1).max(168).optional(),
  })
  .transform((query) => ({ ...query, horizon: query.horizon ?? (query.interval === 'hour' ? 48 : 14) }))

export const anomaliesQuery = z.object({
  metric: z.enum(ANOMALY_METRICS).default('loads'),
  interval: z.enum(FORECAST_INTERVALS).default('hour'),
  timezone: timezone.default('UTC'),
})

/** Over how many of the last days. */
export const insightsQuery = z.object({
  days: z.coerce.number().int().min(1).max(MOST_DAYS).default(7),
  timezone: timezone.default('UTC'),
})
