import type { Report, ReportPeriod } from '../../../schema/wire/report'
import type { Period } from '../reports/tenant'
import { instantOf, localDayOf, weekdayOf, type LocalDay } from './local-time'

/** The day on which the period of a day began, some periods later or, with a negative number, earlier. */
function startOf(period: ReportPeriod, day: LocalDay, later = 0): LocalDay {
  if (period === 'month') return { ...day, month: day.month + later, day: 1 }
  if (period === 'day') return { ...day, day: day.day + later }
  return { ...day, day: day.day - weekdayOf(day) + 7 * later }
}

const PERIOD_OF = { daily: 'day', weekly: 'week', monthly: 'month' } as const

/** The first time after another, both epoch ms, at which a report is sent by itself; null when it never is. */
export function nextOccurrence(
  { schedule, timezone, hour }: Pick<Report, 'schedule' | 'timezone' | 'hour'>,
  after: number,
): number | null {
  if (schedule === 'none') return null
  const today = localDayOf(timezone, after)
  for (let later = 0; ; later++) {
    const at = instantOf(timezone, startOf(PERIOD_OF[schedule], today, later), hour)
    if (at > after) return at
  }
}

/** The last whole period that was over at a time, epoch ms. */
export function lastPeriod({ period, timezone }: Pick<Report, 'period' | 'timezone'>, at: number): Period {
  const today = localDayOf(timezone, at)
  const to = instantOf(timezone, startOf(period, today))
  for (let earlier = -1; ; earlier--) {
    const from = instantOf(timezone, startOf(period, today, earlier))
    // A day that a time zone has left out is none.
    if (from < to) return { from, to }
  }
}

const RANK = { none: 3, day: 0, daily: 0, week: 1, weekly: 1, month: 2, monthly: 2 } as const

/** True when a report would be sent of a period that it was sent of before. */
export const isTooOften = ({ schedule, period }: Pick<Report, 'schedule' | 'period'>): boolean =>
  RANK[schedule] < RANK[period]
