import type { EventType } from './event'
import type { Interval, RecentEvent } from './api'
import type { Measurement, MetricId } from './metric'

/** Shapes of what is computed from stored usage. Times are epoch milliseconds; periods are half-open. */

export type Kpis = {
  from: number
  to: number
  interval: Interval
  timezone: string
  metrics: Measurement[]
}

/** Events of one type and name, the name empty where they have none. */
export type EventStream = {
  type: EventType
  name: string
  events: number
  /** Events a minute in the last {@link RATE_MINUTES} whole minutes of the period. */
  perMinute: number
  lastAt: number
}

/** How many whole minutes a rate is taken over. */
export const RATE_MINUTES = 5

/** What became of the events that arrived on a UTC day; refused are those that could never be counted. */
export type StreamQuality = { day: string; accepted: number; duplicates: number; refused: number }

export type EventStreams = {
  from: number
  to: number
  /** The most frequent first, at most a hundred. */
  streams: EventStream[]
  /** Of all streams together, over whole UTC days: what was refused has no type and no name that could be believed. */
  quality: StreamQuality[]
}

/**
 * The newest events of a stream, newest first. What a visitor sent with an event, and in which session, is the site
 * owner's and the platform's to see; a builder finds `data` empty and no session.
 */
export type DataPoint = RecentEvent

/** What can be forecast. Rates cannot: they are not of their own, but of loads. */
export const FORECAST_METRICS = ['loads', 'interactions', 'errors', 'revenue'] as const satisfies MetricId[]
export type ForecastMetric = (typeof FORECAST_METRICS)[number]

export const FORECAST_INTERVALS = ['hour', 'day'] as const satisfies Interval[]
export type ForecastInterval = (typeof FORECAST_INTERVALS)[number]

/** A model and by how much it would have been wrong on the past: a bucket on average, and as a share of what there was. */
export type ForecastModel = {
  /** What was comes again, or Holt-Winters with a damped trend. */
  model: 'seasonal_naive' | 'holt_winters'
  /** After how many buckets it repeats itself. */
  season: number
  meanAbsoluteError: number
  /** Null where there was nothing. */
  shareOfActual: number | null
}

/** What a bucket is expected to have, and between what it will be in 80 and in 95 of a hundred cases. */
export type ForecastPoint = {
  at: number
  value: number
  low80: number
  high80: number
  low95: number
  high95: number
}

export type Forecast = {
  metric: ForecastMetric
  interval: ForecastInterval
  timezone: string
  /** Of money only. */
  currency?: string
  /** The whole buckets that were learned from. */
  history: { at: number; value: number }[]
  /** The bucket that is running, and those after it; none when there is too little history. */
  points: ForecastPoint[]
  /** The model that did best on the past, and every one that was tried. */
  model: ForecastModel | null
  models: ForecastModel[]
  /** From how many times of the past each model looked ahead, and how many buckets. */
  backtest: { origins: number; steps: number } | null
  /** Why there are no points. */
  note: string | null
}

/** What can be looked at for anomalies: what is counted. */
export const ANOMALY_METRICS = ['loads', 'interactions', 'errors'] as const satisfies MetricId[]
export type AnomalyMetric = (typeof ANOMALY_METRICS)[number]

/** A bucket that is not what its hour of the week, or its day of the week, suggests. */
export type Anomaly = {
  at: number
  actual: number
  expected: number
  /** By how many standard deviations; from 4 on either side. */
  score: number
  direction: 'above' | 'below'
}

export type Anomalies = {
  metric: AnomalyMetric
  interval: ForecastInterval
  timezone: string
  /** The whole buckets that were looked at: the last week of hours, or four weeks of days. */
  from: number
  to: number
  /** How many of them could be judged. */
  checked: number
  /** The newest first. */
  anomalies: Anomaly[]
  /** Why none could be judged. */
  note: string | null
}

export const INSIGHT_KINDS = ['mover', 'version', 'anomaly', 'forecast'] as const

/** Something worth saying, in a sentence, with the numbers that it stands on. */
export type Insight = {
  kind: (typeof INSIGHT_KINDS)[number]
  sentence: string
  /** What could be done about it, where something could. */
  recommendation: string | null
  /** By how many events things are other than they were or should be; an error, or a session with one, counts as ten. */
  weight: number
  evidence: {
    metric: 'loads' | 'errors' | 'sessionsWithErrors'
    from: number
    to: number
    value: number
    /** What it was before, what the other version has, or what was to be expected. A share for versions. */
    against: number
    /** By how many standard deviations the two differ; null for what has not happened yet. */
    score: number | null
    implementation: { id: string; name: string } | null
    project: { id: string; name: string } | null
    /** The newer version and the one that it is held against. */
    versions: { version: string; sessions: number; withErrors: number }[]
  }
}

/** What there is to say of the last days; the period before them is as long. */
export type Insights = { from: number; to: number; days: number; insights: Insight[] }
