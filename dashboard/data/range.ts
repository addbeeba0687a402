import { signal } from '@preact/signals'
import type { Interval } from '../../schema/wire/api'

/** Stretches of time that the charts offer, each with the buckets that still read well, and how many to look ahead. */
export const RANGES = {
  day: { label: '24 hours', interval: 'hour', hours: 24, ahead: 6 },
  'week-hours': { label: '7 days by hour', interval: 'hour', hours: 7 * 24, ahead: 24 },
  week: { label: '7 days', interval: 'day', days: 7, ahead: 3 },
  month: { label: '30 days', interval: 'day', days: 30, ahead: 7 },
} as const satisfies Record<
  string,
  { label: string; interval: Interval; hours?: number; days?: number; ahead: number }
>
export type RangeName = keyof typeof RANGES

/** The range that all charts show. */
export const range = signal<RangeName>('day')

/** Whole buckets of the browser's own hours or days, up to the end of the one that is running. */
export function windowOf(name: RangeName, now: Date): { from: number; to: number; interval: Interval } {
  const { interval, ...length } = RANGES[name]
  const from = new Date(now)
  const to = new Date(now)
  if ('hours' in length) {
    from.setMinutes(0, 0, 0)
    to.setTime(from.getTime() + 3_600_000)
    from.setTime(to.getTime() - length.hours * 3_600_000)
  } else {
    // Days are not all 24 hours long, so the calendar counts them.
    to.setHours(24, 0, 0, 0)
    from.setHours(0, 0, 0, 0)
    from.setDate(from.getDate() - length.days + 1)
  }
  return { from: from.getTime(), to: to.getTime(), interval }
}

export function rangeQuery(name: RangeName): string {
  const { from, to, interval } = windowOf(name, new Date())
  return `from=${from}&to=${to}&interval=${interval}&${timezoneQuery()}`
}

/** The bucket that is running and those that follow. */
export const aheadQuery = (name: RangeName): string =>
  `interval=${RANGES[name].interval}&horizon=${RANGES[name].ahead + 1}&${timezoneQuery()}`

export const timezoneQuery = (): string =>
  `timezone=${encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone)}`
