import { expect, test } from 'vitest'
import { METRIC_IDS, metricsOf } from './metric'
import { PERSONAS, ROLE_PERMISSIONS } from './permission'

const idsOf = (...asker: Parameters<typeof metricsOf>) => metricsOf(...asker).map(({ id }) => id)

test.each(PERSONAS)('a %s sees every metric, each with a name and a meaning of its own', (persona) => {
  const metrics = metricsOf({ persona, permissions: ROLE_PERMISSIONS[persona] })
  expect(metrics.map(({ id }) => id)).toEqual([...METRIC_IDS])
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(METRIC_IDS.length)
  for (const { meaning } of metrics) expect(meaning).toMatch(/^\p{Lu}.*\.$/u)
})

test('money is for those who may see money', () => {
  const usage = METRIC_IDS.filter((id) => id !== 'revenue')
  expect(idsOf({ persona: 'builder', permissions: ['manage_implementations'] })).toEqual(usage)
  expect(idsOf({ persona: 'end_user', permissions: ['view_usage'] })).toEqual(usage)
  expect(idsOf({ persona: 'builder', permissions: ['manage_implementations', 'view_revenue'] })).toEqual([
    ...METRIC_IDS,
  ])
})

test('what a builder earns is what a site owner is charged', () => {
  const nameOf = (persona: 'builder' | 'end_user') =>
    metricsOf({ persona, permissions: ROLE_PERMISSIONS[persona] }).at(-1)!.name
  expect([nameOf('builder'), nameOf('end_user')]).toEqual(['Revenue', 'Charges'])
})
