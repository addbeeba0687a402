/** A model that has learned from values: what comes after the last of them, one step after the other. */
export type Fitted = {
  values(steps: number): number[]
  /** By how much more than the error of one step the error varies at each step: a factor of its variance, 1 or more. */
  spread(steps: number): number[]
}

/** A way to continue values that repeat themselves every `season` of them; it learns from two seasons or more. */
export type Model = {
  id: 'seasonal_naive' | 'holt_winters'
  season: number
  fit(values: readonly number[]): Fitted
}

const steps = <Value>(count: number, of: (step: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => of(index + 1))

/** What was, comes again: each step is what it was a season before. The baseline that others must beat. */
export const seasonalNaive = (season: number): Model => ({
  id: 'seasonal_naive',
  season,
  fit: (values) => ({
    values: (count) => steps(count, (step) => values[values.length - season + ((step - 1) % season)]!),
    spread: (count) => steps(count, (step) => 1 + Math.floor((step - 1) / season)),
  }),
})

type Parameters = { alpha: number; beta: number; gamma: number; phi: number }
type State = { level: number; trend: number; seasonal: Float64Array }

/**
 * Where the least squared error is looked for. The trend and the season may follow the error no more than what the level
 * leaves (0 <= beta <= alpha, 0 <= gamma <= 1 - alpha), which keeps what is learned from growing without end.
 */
const GRID: Parameters[] = [0.02, 0.1, 0.25, 0.5, 0.8].flatMap((alpha) =>
  [0, 0.1].flatMap((beta) =>
    [0, 0.1, 0.35].flatMap((gamma) =>
      [0.9, 0.98].map((phi) => ({ alpha, beta: beta * alpha, gamma: gamma * (1 - alpha), phi })),
    ),
  ),
)

/**
 * Additive Holt-Winters with a damped trend in its error-correction form, ETS(A,Ad,A): level, trend and season each follow
 * a share of what was wrong with the last step.
 *
 * After R. J. Hyndman, G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, sections 8.3 to 8.7
 * (https://otexts.com/fpp3/), and R. J. Hyndman, A. B. Koehler, J. K. Ord, R. D. Snyder, "Forecasting with Exponential
 * Smoothing" (2008), chapter 6, for how errors spread. It begins with the means of all whole seasons instead of only the
 * first, because counts are noisy.
 */
export const holtWinters = (season: number): Model => ({
  id: 'holt_winters',
  season,
  fit(values) {
    const start = beginWith(values, season)
    let best = { error: Infinity, parameters: GRID[0]!, state: start }
    for (const parameters of GRID) {
      const { error, state } = follow(values, start, parameters)
      if (error < best.error) best = { error, parameters, state }
    }
    const { parameters, state } = best
    const { alpha, beta, gamma, phi } = parameters
    /** phi + phi² + … + phi^step: what is left of the trend after some steps. */
    const damped = (step: number) => (phi * (1 - phi ** step)) / (1 - phi)
    const seasonOf = (step: number) => state.seasonal[(values.length + step - 1) % season]!
    return {
      values: (count) => steps(count, (step) => state.level + damped(step) * state.trend + seasonOf(step)),
      spread(count) {
        let variance = 1
        return steps(count, (step) => {
          const known = variance
          variance += (alpha + beta * damped(step) + (step % season === 0 ? gamma : 0)) ** 2
          return known
        })
      },
    }
  },
})

function beginWith(values: readonly number[], season: number): State {
  const seasons = Math.floor(values.length / season)
  const means = Array.from(
    { length: seasons },
    (_, index) => sum(values.slice(index * season, (index + 1) * season)) / season,
  )
  const trend = seasons > 1 ? (means.at(-1)! - means[0]!) / ((seasons - 1) * season) : 0
  const seasonal = new Float64Array(season)
  for (let place = 0; place < season; place++) {
    const beside = trend * (place - (season - 1) / 2)
    for (let index = 0; index < seasons; index++)
      seasonal[place]! += (values[index * season + place]! - means[index]! - beside) / seasons
  }
  return { level: means[0]! - trend * ((season - 1) / 2 + 1), trend, seasonal }
}

/** Goes through the values once: what it has learned at their end, and the squared error of all steps. */
function follow(
  values: readonly number[],
  start: State,
  { alpha, beta, gamma, phi }: Parameters,
): { error: number; state: State } {
  const seasonal = start.seasonal.slice()
  const season = seasonal.length
  let { level, trend } = start
  let error = 0
  for (let index = 0, place = 0; index < values.length; index++) {
    const wrong = values[index]! - (level + phi * trend + seasonal[place]!)
    level += phi * trend + alpha * wrong
    trend = phi * trend + beta * wrong
    seasonal[place]! += gamma * wrong
    error += wrong * wrong
    if (++place === season) place = 0
  }
  return { error, state: { level, trend, seasonal } }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
