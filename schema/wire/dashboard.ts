import type { Interval } from './api'
import type { ErrorCode } from './error'
import type { Measurement, MetricId } from './metric'

export const CHART_KINDS = ['line', 'bar', 'number', 'table'] as const
export type ChartKind = (typeof CHART_KINDS)[number]

/** So many dashboards a user may save as one persona, so many charts stand on one, and so many columns it is wide. */
export const MOST_DASHBOARDS = 50
export const MOST_CHARTS = 24
export const COLUMNS = 12

/** A metric over the last hours, cut by an interval, and where it is drawn. Lines and bars need a metric with a series. */
export type Chart = {
  kind: ChartKind
  title: string
  metric: MetricId
  hours: number
  interval: Interval
  /** The one widget or the one project that it is narrowed to; null for all that its owner sees. */
  implementationId: string | null
  projectId: string | null
  /** In columns and rows, from the upper left. */
  place: { column: number; row: number; width: number; height: number }
}

export type SavedDashboard = {
  id: string
  name: string
  /** In which days, weeks and months are cut. */
  timezone: string
  charts: Chart[]
  /** Rises with every change; its ETag. */
  revision: number
  createdAt: number
  updatedAt: number
}

type ChartRequest = Omit<Chart, 'implementationId' | 'projectId'> &
  Partial<Pick<Chart, 'implementationId' | 'projectId'>>

/** A whole dashboard, to be saved or to take the place of one. The time zone is UTC unless it says otherwise. */
export type DashboardRequest = { name: string; timezone?: string; charts: ChartRequest[] }

/** What a chart shows, or why it can show nothing now. */
export type ChartData = { from: number; to: number } & (
  | { measurement: Measurement; error: null }
  | { measurement: null; error: { code: ErrorCode; message: string } }
)

/** In the order of the charts. */
export type DashboardData = { id: string; revision: number; at: number; charts: ChartData[] }
