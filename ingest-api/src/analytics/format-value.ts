import type { MetricId } from '../../../schema/wire/metric'
import { CURRENCY } from '../revenue/sum-revenue'

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 })
const money = new Intl.NumberFormat('en', { style: 'currency', currency: CURRENCY })
const MINOR_UNITS = 10 ** (money.resolvedOptions().maximumFractionDigits ?? 2)

/** A value of a metric as people write it in English, which letters are in. */
export function formatValue(metric: MetricId, value: number): string {
  if (metric === 'revenue') return money.format(value / MINOR_UNITS)
  return (metric === 'errorRate' || metric === 'interactionRate' ? percent : numbers).format(value)
}
