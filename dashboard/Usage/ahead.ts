import type { Forecast, ForecastPoint } from '../../schema/wire/analytics'
import type { Usage } from '../../schema/wire/api'
import type { Answer } from '../data/query'

/** What to expect, and by which share of what there was such a forecast was off in the past. */
export type Ahead = { points: ForecastPoint[]; offBy: number }

/** Off by more than all that there was, a forecast says nothing. */
const MOST_OFF = 1

/** What to expect of the bucket that is running and of those after it, if the forecast is of the same buckets. */
export function aheadOf({ series, interval }: Usage, forecast: Answer<Forecast> | undefined): Ahead {
  const known = forecast?.state === 'ready' && forecast.data.interval === interval ? forecast.data : undefined
  const offBy = known?.model?.shareOfActual ?? Infinity
  const running = known?.points.findIndex(({ at }) => at === series.at(-1)?.at) ?? -1
  return { points: known && running >= 0 && offBy <= MOST_OFF ? known.points.slice(running) : [], offBy }
}
