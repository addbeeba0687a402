import type { Anomalies, AnomalyMetric, ForecastInterval } from '../../../schema/wire/analytics'
import type { Actor } from '../accounts/actor'
import { findTenant, type SeriesFilter } from '../dashboards/get-series'
import type { Handles } from '../handles'
import { findAnomalies, NEEDED_WEEKS } from './find-anomalies'
import { beginningOf, readHistory, type History } from './read-history'

/** Eight weeks, or half a year. */
const MOST_BUCKETS: Record<ForecastInterval, number> = { hour: 8 * 168, day: 182 }
const RECENT: Record<ForecastInterval, number> = { hour: 168, day: 28 }
export const PER_DAY: Record<ForecastInterval, number> = { hour: 24, day: 1 }

export type AnomalyQuestion = { metric: AnomalyMetric; interval: ForecastInterval; timezone: string }

/**
 * The latest buckets of what the asker may see, or of a part of it, that stand out.
 * @throws OrielError RESOURCE_NOT_FOUND when that part is not the asker's
 */
export async function getAnomalies(
  handles: Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>,
  actor: Pick<Actor, 'userId' | 'persona'>,
  question: AnomalyQuestion,
  filter: SeriesFilter,
): Promise<Anomalies> {
  const tenant = await findTenant(handles, actor, filter)
  const history = await readHistory(handles, tenant, question, MOST_BUCKETS[question.interval], 1)
  return judgeHistory(history, question)
}

/** The same of a history that is known. */
export function judgeHistory({ past, next }: History, question: AnomalyQuestion): Anomalies {
  const { metric, interval, timezone } = question
  const known = past.slice(beginningOf(past))
  const places = placesOf(timezone, interval)
  const { surprises, checked } = findAnomalies(
    known.map((point) => point[metric]),
    known.map(({ at }) => places(at)),
    PER_DAY[interval],
    RECENT[interval],
  )
  const to = next[0]!
  return {
    metric,
    interval,
    timezone,
    from: known.at(-RECENT[interval])?.at ?? known[0]?.at ?? to,
    to,
    checked,
    anomalies: surprises
      .map(({ index, score, ...counts }) => ({
        at: known[index]!.at,
        ...counts,
        score,
        direction: score > 0 ? ('above' as const) : ('below' as const),
      }))
      .reverse(),
    note:
      checked > 0
        ? null
        : `Anomalies can be told after ${NEEDED_WEEKS} weeks of events; so far there are ${known.length} ${interval}s.`,
  }
}

/** The place of a bucket in the week, as clocks show it there. */
export function placesOf(timeZone: string, interval: ForecastInterval): (at: number) => string {
  const hour = { hour: '2-digit', hourCycle: 'h23' } as const
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    weekday: 'short',
    ...(interval === 'hour' && hour),
  })
  return (at) => format.format(at)
}
