// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import type { Forecast } from '../../schema/wire/analytics'
import type { Usage } from '../../schema/wire/api'
import { known } from '../data/query'
import { aheadOf } from './ahead'

const HOUR = 3_600_000
const nothing = { loads: 0, interactions: 0, errors: 0, sessions: 0, visitors: 0 }
const usage: Usage = {
  from: 0,
  to: 3 * HOUR,
  interval: 'hour',
  timezone: 'UTC',
  totals: nothing,
  previous: { from: -3 * HOUR, to: 0, totals: nothing },
  series: [0, 1, 2].map((hour) => ({ at: hour * HOUR, loads: 5, interactions: 0, errors: 0 })),
}
const model = { model: 'holt_winters', season: 24, meanAbsoluteError: 1, shareOfActual: 0.2 } as const
const forecast: Forecast = {
  metric: 'loads',
  interval: 'hour',
  timezone: 'UTC',
  history: [],
  points: [1, 2, 3, 4].map((hour) => ({
    at: hour * HOUR,
    value: 5,
    low80: 4,
    high80: 6,
    low95: 3,
    high95: 7,
  })),
  model,
  models: [model],
  backtest: { origins: 5, steps: 24 },
  note: null,
}

test('what to expect begins with the bucket that is running', () => {
  expect(aheadOf(usage, known(forecast)).points.map(({ at }) => at)).toEqual([2 * HOUR, 3 * HOUR, 4 * HOUR])
})

test('a forecast that is not there, is of other buckets, or was wrong by more than all is not drawn', () => {
  const points = (of: Partial<Forecast>, seen = usage) => aheadOf(seen, known({ ...forecast, ...of })).points
  expect(aheadOf(usage, undefined).points).toEqual([])
  expect(aheadOf(usage, { state: 'loading' }).points).toEqual([])
  expect(points({ interval: 'day' })).toEqual([])
  expect(points({}, { ...usage, series: [{ at: 9 * HOUR, loads: 0, interactions: 0, errors: 0 }] })).toEqual(
    [],
  )
  expect(points({ model: { ...model, shareOfActual: 1.2 } })).toEqual([])
  expect(points({ points: [], model: null })).toEqual([])
})
