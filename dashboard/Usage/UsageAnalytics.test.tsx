// @vitest-environment happy-dom
import { expect, test } from 'vitest'
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
