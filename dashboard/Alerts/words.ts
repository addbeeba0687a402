import type { AlertCondition, AlertRule } from '../../schema/wire/alert'
import { METRICS, type Metric, type MetricId } from '../../schema/wire/metric'
import { formatMoney, formatNumber } from '../format'

/** In which the platform counts money. */
const CURRENCY = 'USD'
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 })

export const formatValue = (metric: MetricId, value: number): string => {
  const { unit } = METRICS[metric]
  if (unit === 'money') return formatMoney(value, CURRENCY)
  return unit === 'ratio' ? percent.format(value) : formatNumber(value)
}

const UNITS = [
  [1440, 'day'],
  [60, 'hour'],
  [1, 'minute'],
] as const

/** 90 as "90 minutes", 1440 as "day". */
export function formatWindow(minutes: number): string {
  const [size, unit] = UNITS.find(([size]) => minutes % size === 0)!
  return minutes === size ? unit : `${minutes / size} ${unit}s`
}

export const CONDITIONS: Record<AlertCondition, string> = {
  above: 'is above',
  below: 'is below',
  changesBy: 'changes by at least',
}

type Watched = Pick<AlertRule, 'metric' | 'condition' | 'threshold' | 'windowMinutes'>

/** "Errors above 10 in the last hour" */
export function describeRule(
  { metric, condition, threshold, windowMinutes }: Watched,
  metrics: Metric[],
): string {
  const name = metrics.find(({ id }) => id === metric)?.name ?? METRICS[metric].name
  const limit = condition === 'changesBy' ? percent.format(threshold) : formatValue(metric, threshold)
  const compared = condition === 'changesBy' ? 'changed by' : condition
  return `${name} ${compared} ${limit} in the last ${formatWindow(windowMinutes)}`
}

/** What a person types for a threshold, and how much of the API's unit one of it is. */
export function scaleOf(metric: MetricId, condition: AlertCondition): { label: string; size: number } {
  if (condition === 'changesBy' || METRICS[metric].unit === 'ratio') return { label: 'Percent', size: 0.01 }
  return METRICS[metric].unit === 'money'
    ? { label: `Amount in ${CURRENCY}`, size: 100 }
    : { label: 'Number', size: 1 }
}
