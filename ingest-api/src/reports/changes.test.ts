import { expect, test } from 'vitest'
import { createChanges } from './changes'
import type { Tenant } from './tenant'

const builder = (builderId: string): Tenant => ({ whose: 'builder', builderId })
const widgets = (...implementationIds: string[]): Tenant => ({
  whose: 'implementations',
  builderIds: ['us_1'],
  implementationIds,
})

test('a change takes the implementation, every tenant with it, its builder and the platform a step on', () => {
  const changes = createChanges(10)
  const touched: Tenant[] = [widgets('im_1'), widgets('im_2', 'im_1'), builder('us_1'), { whose: 'platform' }]
  const others: Tenant[] = [widgets('im_2'), widgets(), builder('us_2')]
  const stepsOf = (tenants: Tenant[]) => tenants.map((tenant) => changes.stepOf(tenant))
  const before = [stepsOf(touched), stepsOf(others)]
  changes.note(['im_1'], ['us_1'])
  stepsOf(touched).forEach((step, index) => expect(step).toBeGreaterThan(before[0]![index]!))
  expect(stepsOf(others)).toEqual(before[1])
})

test('of more than it can tell apart, the ones that changed longest ago change together, and none is missed', () => {
  const changes = createChanges(4)
  const seen = new Map<string, number>()
  const noticed = new Set<string>()
  const all = Array.from({ length: 20 }, (_, n) => `im_${n}`)
  for (const id of all) seen.set(id, changes.stepOf(widgets(id)))
  for (const id of [...all, ...all.toReversed()]) {
    const before = changes.stepOf(widgets(id))
    changes.note([id], [])
    expect(changes.stepOf(widgets(id))).toBeGreaterThan(before)
    noticed.add(id)
  }
  for (const id of noticed) expect(changes.stepOf(widgets(id))).toBeGreaterThan(seen.get(id)!)
})
