import type { Forecast, ForecastInterval, ForecastMetric } from '../../../schema/wire/analytics'
import type { UsagePoint } from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import { findTenant, type SeriesFilter } from '../dashboards/get-series'
import type { Handles } from '../handles'
import { CURRENCY, listRevenue, placeRevenue } from '../revenue/sum-revenue'
import { withoutSpikes } from './find-anomalies'
import { forecast, neededFor, type Outlook } from './forecast'
import { PER_DAY, placesOf } from './get-anomalies'
import { beginningOf, readHistory } from './read-history'

type Needs = Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>

/** After how many buckets usage repeats itself: the day and the week. */
const SEASONS: Record<ForecastInterval, readonly number[]> = { hour: [24, 168], day: [7] }
/** Four weeks, or half a year: enough for every season, and recent enough to be alike. */
export const MOST_BUCKETS: Record<ForecastInterval, number> = { hour: 672, day: 182 }

export type ForecastQuestion = {
  metric: ForecastMetric
  interval: ForecastInterval
  timezone: string
  horizon: number
}

/**
 * What a metric of what the asker may see, or of a part of it, will come to, learned from whole buckets only. Whether the
 * asker may see money is for the caller to know. Where clocks change, an hour of the day is an hour off for a while.
 * @throws OrielError RESOURCE_NOT_FOUND when that part is not the asker's
 */
export async function getForecast(
  handles: Needs,
  actor: Pick<Actor, 'userId' | 'persona'>,
  { metric, interval, timezone, horizon }: ForecastQuestion,
  filter: SeriesFilter,
): Promise<Forecast> {
  const tenant = await findTenant(handles, actor, filter)
  const { past, next } = await readHistory(
    handles,
    tenant,
    { interval, timezone },
    MOST_BUCKETS[interval],
    horizon,
  )
  const isNarrowed = filter.implementation !== undefined || filter.project !== undefined
  const only = isNarrowed && tenant.whose === 'implementations' ? tenant.implementationIds : undefined
  const history =
    metric === 'revenue'
      ? await revenueOf(handles, actor, past, { interval, timezone, to: next[0]! }, only)
      : past.slice(beginningOf(past)).map((point) => ({ at: point.at, value: point[metric] }))
  const outlook = foresee(history, { interval, timezone }, horizon, metric !== 'revenue')
  const needed = neededFor(Math.min(...SEASONS[interval]))
  return {
    metric,
    interval,
    timezone,
    ...(metric === 'revenue' && { currency: CURRENCY }),
    history,
    points: outlook?.expected.map((expectation, index) => ({ at: next[index]!, ...expectation })) ?? [],
    model: outlook?.chosen ?? null,
    models: outlook?.models ?? [],
    backtest: outlook?.backtest ?? null,
    note: outlook
      ? null
      : `A forecast by ${interval} needs ${needed} whole ${interval}s since the first event; there are ${history.length}.`,
  }
}

/** Continues a history. Of counts, what stood out for less than a day is not learned, or it would come again in a week. */
export function foresee(
  history: readonly { at: number; value: number }[],
  { interval, timezone }: { interval: ForecastInterval; timezone: string },
  horizon: number,
  isCount: boolean,
): Outlook | undefined {
  const values = history.map(({ value }) => value)
  const places = placesOf(timezone, interval)
  const learned = isCount
    ? withoutSpikes(
        values,
        history.map(({ at }) => places(at)),
        PER_DAY[interval],
      )
    : values
  return forecast(values, SEASONS[interval], horizon, isCount, learned)
}

async function revenueOf(
  handles: Needs,
  actor: Pick<Actor, 'userId' | 'persona'>,
  past: readonly UsagePoint[],
  { to, ...cut }: { interval: ForecastInterval; timezone: string; to: number },
  only: readonly string[] | undefined,
): Promise<{ at: number; value: number }[]> {
  if (past.length === 0) return []
  const starts = past.map(({ at }) => at)
  const parts = await listRevenue(handles, actor, { ...cut, from: starts[0]!, to }, cut.interval, only)
  const placed = placeRevenue(parts, starts)
  const paid = placed.findIndex(({ value }) => value !== 0)
  return placed.slice(Math.min(beginningOf(past), paid < 0 ? past.length : paid))
}
