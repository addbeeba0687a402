import { z } from 'zod'
import * as analytics from '../wire/analytics'
import { INTERVALS, type RecentEvent } from '../wire/api'
import { EVENT_TYPES } from '../wire/event'
import { METRIC_IDS, type Measurement, type Metric } from '../wire/metric'
import { at, count, exactly, json, named, text } from './answer-fields'

const value = z.number().nullable()

export const measurement = exactly<Measurement>()(
  z.strictObject({
    metric: z.enum(METRIC_IDS),
    value,
    previous: value,
    change: value,
    currency: text.exactOptional(),
    series: z.array(z.strictObject({ at, value })).exactOptional(),
  }),
)

const model = exactly<analytics.ForecastModel>()(
  z.strictObject({
    model: z.enum(['seasonal_naive', 'holt_winters']),
    season: count,
    meanAbsoluteError: z.number().min(0),
    shareOfActual: z.number().min(0).nullable(),
  }),
)

export const recentEvent = exactly<RecentEvent>()(
  z.strictObject({
    id: text,
    at,
    type: z.enum(EVENT_TYPES),
    name: text,
    implementationId: text,
    session: text.nullable(),
    data: json,
  }),
)

/** What the API computes from usage. */
export const ANALYTICS_ANSWERS = {
  Metric: exactly<Metric>()(
    z.strictObject({
      id: z.enum(METRIC_IDS),
      name: text,
      unit: z.enum(['count', 'ratio', 'money']),
      meaning: text,
      better: z.enum(['more', 'less', 'neither']),
      hasSeries: z.boolean(),
    }),
  ),
  Kpis: exactly<analytics.Kpis>()(
    z.strictObject({
      from: at,
      to: at,
      interval: z.enum(INTERVALS),
      timezone: text,
      metrics: z.array(measurement),
    }),
  ),
  EventStreams: exactly<analytics.EventStreams>()(
    z.strictObject({
      from: at,
      to: at,
      streams: z.array(
        z.strictObject({
          type: z.enum(EVENT_TYPES),
          name: text,
          events: count,
          perMinute: z.number().min(0),
          lastAt: at,
        }),
      ),
      quality: z.array(z.strictObject({ day: text, accepted: count, duplicates: count, refused: count })),
    }),
  ),
  DataPoint: recentEvent,
  Anomalies: exactly<analytics.Anomalies>()(
    z.strictObject({
      metric: z.enum(analytics.ANOMALY_METRICS),
      interval: z.enum(analytics.FORECAST_INTERVALS),
      timezone: text,
      from: at,
      to: at,
      checked: count,
      anomalies: z.array(
        z.strictObject({
          at,
          actual: count,
          expected: z.number().min(0),
          score: z.number(),
          direction: z.enum(['above', 'below']),
        }),
      ),
      note: text.nullable(),
    }),
  ),
  Forecast: exactly<analytics.Forecast>()(
    z.strictObject({
      metric: z.enum(analytics.FORECAST_METRICS),
      interval: z.enum(analytics.FORECAST_INTERVALS),
      timezone: text,
      currency: text.exactOptional(),
      history: z.array(z.strictObject({ at, value: z.number() })),
      points: z.array(
        z.strictObject({
          at,
          value: z.number(),
          low80: z.number(),
          high80: z.number(),
          low95: z.number(),
          high95: z.number(),
        }),
      ),
      model: model.nullable(),
      models: z.array(model),
      backtest: z.strictObject({ origins: count, steps: count }).nullable(),
      note: text.nullable(),
    }),
  ),
  Insights: exactly<analytics.Insights>()(
    z.strictObject({
      from: at,
      to: at,
      days: count,
      insights: z.array(
        z.strictObject({
          kind: z.enum(analytics.INSIGHT_KINDS),
          sentence: text,
          recommendation: text.nullable(),
          weight: z.number().min(0),
          evidence: z.strictObject({
            metric: z.enum(['loads', 'errors', 'sessionsWithErrors']),
            from: at,
            to: at,
            value: z.number().min(0),
            against: z.number().min(0),
            score: z.number().nullable(),
            implementation: named.nullable(),
            project: named.nullable(),
            versions: z.array(z.strictObject({ version: text, sessions: count, withErrors: count })),
          }),
        }),
      ),
    }),
  ),
} as const
