import { hasPermission, type Permission, type Persona } from './permission'

/** Everything that is measured over a period, in the order in which it is shown. */
export const METRIC_IDS = [
  'loads',
  'interactions',
  'errors',
  'sessions',
  'visitors',
  'errorRate',
  'interactionRate',
  'revenue',
] as const
export type MetricId = (typeof METRIC_IDS)[number]

export type Metric = {
  id: MetricId
  name: string
  /** A ratio is of loads: 0.02 are two in a hundred. Money is integer minor units. */
  unit: 'count' | 'ratio' | 'money'
  /** What it means, in a sentence. */
  meaning: string
  better: 'more' | 'less' | 'neither'
  /** Whether it has a value for each bucket of a period, and not only one for the whole. */
  hasSeries: boolean
}

/** What a metric came to in a period, and in as much time before it. Null is what cannot be told: a rate without loads. */
export type Measurement = {
  metric: MetricId
  value: number | null
  previous: number | null
  /** By how much of the value before it changed: 0.5 is half as much again; null where there was nothing before. */
  change: number | null
  /** Of money only. */
  currency?: string
  series?: MetricPoint[]
}

/** One bucket; `at` is its start, epoch ms. */
export type MetricPoint = { at: number; value: number | null }

export const METRICS: Record<MetricId, Omit<Metric, 'id'>> = {
  loads: {
    name: 'Loads',
    unit: 'count',
    meaning: 'How often a widget was shown to a visitor.',
    better: 'more',
    hasSeries: true,
  },
  interactions: {
    name: 'Interactions',
    unit: 'count',
    meaning: 'What visitors did in widgets, as far as the widgets tell of it.',
    better: 'more',
    hasSeries: true,
  },
  errors: {
    name: 'Errors',
    unit: 'count',
    meaning: 'What went wrong in widgets at visitors’.',
    better: 'less',
    hasSeries: true,
  },
  sessions: {
    name: 'Sessions',
    unit: 'count',
    meaning: 'Visits in which at least one event came.',
    better: 'more',
    hasSeries: false,
  },
  visitors: {
    name: 'Visitors',
    unit: 'count',
    meaning: 'Different visitors of each day, who are known by a mark that nobody can follow into the next.',
    better: 'more',
    hasSeries: false,
  },
  errorRate: {
    name: 'Error rate',
    unit: 'ratio',
    meaning: 'Errors for each load.',
    better: 'less',
    hasSeries: true,
  },
  interactionRate: {
    name: 'Interaction rate',
    unit: 'ratio',
    meaning: 'Interactions for each load.',
    better: 'more',
    hasSeries: true,
  },
  revenue: {
    name: 'Revenue',
    unit: 'money',
    meaning: 'Money that moved because of widgets, refunds taken off.',
    better: 'more',
    hasSeries: true,
  },
}

/** What money is to those who pay it. */
const CHARGES: Partial<Metric> = {
  name: 'Charges',
  meaning: 'What the widgets on your sites were charged at, refunds taken off.',
  better: 'neither',
}

const TO_SEE_MONEY: Record<Persona, Permission> = {
  super_admin: 'view_platform_analytics',
  builder: 'view_revenue',
  end_user: 'manage_billing',
}

/** The metrics that somebody may see who may see usage, in that persona's words. */
export const metricsOf = ({
  persona,
  permissions,
}: {
  persona: Persona
  permissions: readonly string[]
}): Metric[] =>
  METRIC_IDS.filter((id) => id !== 'revenue' || hasPermission(permissions, TO_SEE_MONEY[persona])).map(
    (id) => ({ id, ...METRICS[id], ...(id === 'revenue' && persona === 'end_user' && CHARGES) }),
  )
