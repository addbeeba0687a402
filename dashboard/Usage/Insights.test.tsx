// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import type { Insight, Insights as Data } from '../../schema/wire/analytics'
import { draw, seeText, serve } from '../testing'
import { Insights } from './Insights'

const PATH = 'GET /api/analytics/insights'
const insight = (sentence: string, metric: Insight['evidence']['metric'] = 'loads'): Insight => ({
  kind: 'mover',
  sentence,
  recommendation: metric === 'loads' ? null : 'Tell the builder.',
  weight: 1,
  evidence: {
    metric,
    from: 0,
    to: 1,
    value: 2,
    against: 1,
    score: 5,
    implementation: null,
    project: null,
    versions: [],
  },
})
const data = (...insights: Insight[]): { data: Data } => ({ data: { from: 0, to: 1, days: 7, insights } })

test('tells the three that matter most, with what to do', async () => {
  const sentences = ['First.', 'Second.', 'Third.', 'Fourth.'].map((sentence) => insight(sentence))
  await serve({ [PATH]: () => data(insight('It broke.', 'errors'), ...sentences) })
  const root = draw(<Insights />)
  await seeText(root, 'It broke. Tell the builder.')
  expect([...root.querySelectorAll('li')].map(({ textContent }) => textContent?.trim())).toEqual([
    'It broke. Tell the builder.',
    'First.',
    'Second.',
  ])
  expect([...root.querySelectorAll('.marker')].map(({ className }) => className)).toEqual([
    'marker errors',
    'marker loads',
    'marker loads',
  ])
})

test('says plainly that nothing stands out', async () => {
  await serve({ [PATH]: () => data() })
  await seeText(draw(<Insights />), 'Nothing stands out in the last 7 days.')
})
