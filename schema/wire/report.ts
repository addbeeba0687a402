import type { Interval } from './api'
import type { Measurement, Metric, MetricId } from './metric'

/** What a report is about: the last whole day, week from Monday, or month of its time zone. */
export const REPORT_PERIODS = ['day', 'week', 'month'] as const
export type ReportPeriod = (typeof REPORT_PERIODS)[number]

/** When it is sent by itself: every day, every Monday, or on the first of every month. Not more often than its period ends. */
export const REPORT_SCHEDULES = ['none', 'daily', 'weekly', 'monthly'] as const
export type ReportSchedule = (typeof REPORT_SCHEDULES)[number]

/** So many reports a user may have as one persona. */
export const MOST_REPORTS = 50

/** What is put together, and when it is sent to its owner by mail. */
export type Report = {
  id: string
  name: string
  metrics: MetricId[]
  period: ReportPeriod
  timezone: string
  schedule: ReportSchedule
  /** The hour of the time zone from which it is sent. One that the clocks skip is the first moment after. */
  hour: number
  /** The one widget or the one project that it is narrowed to; null for all that its owner sees. */
  implementationId: string | null
  projectId: string | null
  /** Why Oriel has stopped sending it, or null. */
  offReason: string | null
  /** When it is sent next, or null; when it was sent last, or null. */
  nextAt: number | null
  lastSentAt: number | null
  /** Since when one that is due waits, because its numbers cannot be told yet; null when none does. */
  waitsSince: number | null
  /** Rises with every change of the report; its ETag. */
  revision: number
  createdAt: number
  updatedAt: number
}

/** In UTC, at eight, and not sent by itself, unless it says otherwise. */
export type CreateReportRequest = Pick<Report, 'name' | 'metrics' | 'period'> &
  Partial<Pick<Report, 'timezone' | 'schedule' | 'hour' | 'implementationId' | 'projectId'>>

/** What is left out stays. */
export type UpdateReportRequest = Partial<CreateReportRequest>

/** A report of one period. `previous` of a row is of the period before, which may be shorter or longer. */
export type ReportRun = {
  id: string
  name: string
  from: number
  to: number
  timezone: string
  interval: Interval
  /** False while events of the period may still be on their way to the store. */
  isComplete: boolean
  rows: (Measurement & Pick<Metric, 'name' | 'unit'>)[]
}
