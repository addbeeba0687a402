// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import type { Forecast } from '../../schema/wire/analytics'
import type { Usage } from '../../schema/wire/api'
import { known } from '../data/query'
import { draw, emptyUsage } from '../testing'
import { UsageAnalytics } from './UsageAnalytics'

const HOUR_MS = 3_600_000
const usage = (before: number, ranMs = 24 * HOUR_MS): Usage => ({
  ...emptyUsage,
  from: 0,
  to: 24 * HOUR_MS,
  totals: { loads: 30, interactions: 10, errors: 0, sessions: 20, visitors: 5 },
  previous: {
    from: -24 * HOUR_MS,
    to: -24 * HOUR_MS + ranMs,
    totals: { loads: before, interactions: before, errors: 0, sessions: before, visitors: 0 },
  },
})
const notes = (root: HTMLElement) => [...root.querySelectorAll('.note')].map(({ textContent }) => textContent)

test('says of each number how it compares with as much time before', () => {
  const root = draw(<UsageAnalytics usage={known(usage(20))} />)
  expect(notes(root)).toEqual(['+50%', '-50%', '0%', '0%', 'New'])
  expect(root.textContent).toContain('Compared with the 24 hours before.')
})

test('says that a period is still running', () => {
  const root = draw(<UsageAnalytics usage={known(usage(20, 5 * HOUR_MS))} />)
  expect(root.textContent).toContain('Compared with the 24 hours before, up to the same time.')
})

test('says plainly that there is nothing to compare with', () => {
  const root = draw(<UsageAnalytics usage={known(usage(0))} />)
  expect(notes(root)).toEqual([])
  expect(root.textContent).toContain('Nothing happened in the 24 hours before to compare with.')
})

test('tells what to expect, how far to trust it, and the same as numbers', () => {
  const model = { model: 'holt_winters', season: 24, meanAbsoluteError: 1, shareOfActual: 0.25 } as const
  const running = 23 * HOUR_MS
  const shown = usage(20)
  const forecast: Forecast = {
    metric: 'loads',
    interval: 'hour',
    timezone: 'UTC',
    history: [],
    points: [0, 1].map((hour) => ({
      at: running + hour * HOUR_MS,
      value: 17.6 + hour,
      low80: 10.2,
      high80: 26,
      low95: 5,
      high95: 30,
    })),
    model,
    models: [model],
    backtest: { origins: 5, steps: 24 },
    note: null,
  }
  const series = [{ at: running, loads: 1, interactions: 0, errors: 0 }]
  const root = draw(<UsageAnalytics usage={known({ ...shown, series })} forecast={known(forecast)} />)
  expect(root.textContent).toContain('Dashed: the loads to expect')
  expect(root.textContent).toContain('off by 25%')
  expect([...root.querySelectorAll('tbody td:nth-child(2)')].map(({ textContent }) => textContent)).toEqual([
    '19 (10–26)',
    '18 (10–26)',
    '1',
  ])
  const without = draw(<UsageAnalytics usage={known({ ...shown, series })} />)
  expect(without.textContent).not.toContain('Dashed')
})
