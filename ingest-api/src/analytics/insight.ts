import type { Insight } from '../../../schema/wire/analytics'
import type { Persona } from '../../../schema/wire/permission'

/** To whom insights are told, over how many days, and by which clocks. */
export type Listener = { persona: Persona; days: number; timezone: string; from: number; to: number }

/** How many events an error counts as, so that what is broken stands before what is merely more or less. */
export const ERROR_WEIGHT = 10

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

export const sayNumber = (value: number): string => whole.format(value)
export const sayShare = (value: number): string => percent.format(value)

/** "Mon 26 Oct, 09:00" */
export const sayTime = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at)

/** "the last 7 days", "the last 24 hours" */
export const sayPeriod = (days: number): string =>
  days === 1 ? 'the last 24 hours' : `the last ${days} days`
export const sayPeriodBefore = (days: number): string =>
  days === 1 ? 'the 24 hours before' : `the ${days} days before`

/** What matters most first; the same numbers are told once. */
export function arrange(insights: readonly Insight[], most: number): Insight[] {
  const told = new Map(insights.map((insight) => [insight.sentence, insight]))
  return [...told.values()].toSorted((a, b) => b.weight - a.weight).slice(0, most)
}
