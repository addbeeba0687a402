import type { ForecastModel } from '../../../schema/wire/analytics'
import { holtWinters, seasonalNaive, type Model } from './models'

/** What is expected at one step, and between what it lies four times in five, and nineteen times in twenty. */
export type Expectation = { value: number; low80: number; high80: number; low95: number; high95: number }

export type Outlook = {
  expected: Expectation[]
  chosen: ForecastModel
  /** Every model that there was enough history for, with the error that it would have made. */
  models: ForecastModel[]
  /** From how many times of the past each looked ahead, and how many steps. */
  backtest: { origins: number; steps: number }
}

const MOST_ORIGINS = 5
/** Quantiles of the normal distribution. */
const [Z80, Z95] = [1.2816, 1.96]

/** How many values are needed to forecast by a season: two to learn from and one to test with. */
export const neededFor = (season: number): number => 3 * season

/**
 * Continues a series with the model that would have done best on its own past: each looks ahead from several times of it,
 * knowing nothing of what came then (a rolling origin, "Forecasting: Principles and Practice", 3rd edition, section 5.10).
 * The errors that it made there, and not the smaller ones of what it learned from, say how far to trust it.
 *
 * @param seasons after how many values they may repeat themselves
 * @param isCount whether it cannot be less than nothing
 * @param learned the same values as models learn from them, where something happened that will not come again; they are
 *   tested against what really was
 * @returns undefined when there is too little to learn from
 */
export function forecast(
  values: readonly number[],
  seasons: readonly number[],
  horizon: number,
  isCount: boolean,
  learned: readonly number[] = values,
): Outlook | undefined {
  const possible = seasons.filter((season) => values.length >= neededFor(season))
  if (possible.length === 0) return undefined
  const least = 2 * Math.max(...possible)
  const steps = Math.min(horizon, Math.ceil((values.length - least) / 2))
  const origins = spreadOut(least, values.length - steps, MOST_ORIGINS)
  const tested = [...possible.map(seasonalNaive), ...possible.map(holtWinters)].map((model) => ({
    model,
    ...test(model, values, learned, origins, steps),
  }))
  // A tie, or what is one but for rounding, is the earlier one's, and the baselines stand first.
  const best = tested.reduce((best, other) =>
    other.result.meanAbsoluteError < best.result.meanAbsoluteError * (1 - 1e-9) ? other : best,
  )
  const fitted = best.model.fit(learned)
  const spread = fitted.spread(horizon)
  const bound = isCount ? (value: number) => Math.max(0, value) : (value: number) => value
  return {
    expected: fitted.values(horizon).map((value, index) => {
      const deviation = Math.sqrt(best.variance * spread[index]!)
      return {
        value: bound(value),
        low80: bound(value - Z80 * deviation),
        high80: bound(value + Z80 * deviation),
        low95: bound(value - Z95 * deviation),
        high95: bound(value + Z95 * deviation),
      }
    }),
    chosen: best.result,
    models: tested.map(({ result }) => result),
    backtest: { origins: origins.length, steps },
  }
}

/** What a model would have been wrong by, and the variance of that, brought to one step. */
function test(
  model: Model,
  values: readonly number[],
  learned: readonly number[],
  origins: number[],
  steps: number,
): { result: ForecastModel; variance: number } {
  let [wrong, actual, variance] = [0, 0, 0]
  for (const origin of origins) {
    const fitted = model.fit(learned.slice(0, origin))
    const spread = fitted.spread(steps)
    fitted.values(steps).forEach((value, index) => {
      const error = values[origin + index]! - value
      wrong += Math.abs(error)
      actual += Math.abs(values[origin + index]!)
      variance += error ** 2 / spread[index]!
    })
  }
  const count = origins.length * steps
  return {
    result: {
      model: model.id,
      season: model.season,
      meanAbsoluteError: wrong / count,
      shareOfActual: actual > 0 ? wrong / actual : null,
    },
    variance: variance / count,
  }
}

/** Whole numbers from one to another, both of them if they are two, at even distances. */
function spreadOut(first: number, last: number, most: number): number[] {
  const count = Math.min(most, last - first + 1)
  return Array.from({ length: count }, (_, index) =>
    Math.round(last - (index * (last - first)) / Math.max(1, count - 1)),
  )
}
