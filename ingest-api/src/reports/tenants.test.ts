import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UsageTotals } from '../../../schema/wire/api'
import { uuidV7 } from '../../../schema/wire/id'
import { createTestHandles, type TestHandles } from '../testing'
import { sealUsage } from '../usage/seal-usage'
import { countBucketsOfEach } from './count-buckets'
import { countByImplementation, countEachByImplementation } from './count-by-implementation'
import { countUsage, countUsageOfEach, periodBefore } from './count-usage'
import { listRecentEvents, listRecentEventsOfEach } from './list-recent-events'
import { rankImplementationsOfEach } from './rank-implementations'
import { listStreamsOfEach } from './list-streams'
import type { Asker } from './tenant'

const HOUR = 3_600_000
const now = Date.UTC(2026, 5, 10, 12, 7)
const BUILDERS = ['us_a', 'us_b', "us_'quoted\\", 'us_nobody']
const IMPLEMENTATIONS = ['im_a', 'im_b', 'im_c', "im_'quoted\\", 'im_idle']

let handles: TestHandles
beforeAll(async () => {
  handles = await createTestHandles()
  handles.setNow(now)
  // Some days old and sealed, and of now; an implementation has had two builders, and sessions and visitors are met again.
  const events = Array.from({ length: 600 }, (_, n) => {
    const at = now - (n % 2) * 70 * HOUR - Math.floor(n / 2) * 400_000
    return {
      id: uuidV7(at),
      builder_id: BUILDERS[n % 3],
      implementation_id: IMPLEMENTATIONS[Math.floor(n / 2) % 4],
      event_type: ['load', 'interaction', 'interaction', 'error'][n % 4],
      event_name: `event ${n}`,
      event_data: `{"n":${n}}`,
      created_at: at,
      session_id: `se_${n % 37}`,
      visitor: n % 23,
    }
  })
  await handles.clickhouse.insert(
    'events',
    'test:tenants',
    events.map((row) => JSON.stringify(row)).join('\n'),
  )
  handles.setNow(now + HOUR)
  expect(await sealUsage(handles)).toBeDefined()
  while (await sealUsage(handles));
  handles.setNow(now)
})
afterAll(() => handles.close())

const asker: fc.Arbitrary<Asker> = fc.oneof(
  fc.constantFrom(...BUILDERS).map((builderId): Asker => ({ whose: 'builder', builderId })),
  fc.record({
    whose: fc.constant('implementations' as const),
    builderIds: fc.subarray(BUILDERS),
    implementationIds: fc.subarray(IMPLEMENTATIONS),
  }),
)

const countsOf = ({ loads, interactions, errors }: UsageTotals) => ({ loads, interactions, errors })

test('tenants who ask together get, each, exactly what they get alone', async () => {
  const period = fc
    .record({ from: fc.integer({ min: 1, max: 100 }), length: fc.integer({ min: 1, max: 60 }) })
    .map(({ from, length }) => ({ from: now - from * HOUR, to: now - from * HOUR + length * HOUR }))
  const interval = fc.constantFrom('hour', 'day', 'week')
  const timezone = fc.constantFrom('UTC', 'Asia/Kathmandu')
  let found = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(asker, { minLength: 2, maxLength: 12 }),
      period,
      interval,
      timezone,
      fc.integer({ min: 1, max: 6 }),
      async (tenants, period, interval, timezone, limit) => {
        const question = { ...period, interval, timezone } as const
        const together = [
          await countUsageOfEach(handles, tenants, question),
          await countEachByImplementation(handles, tenants, period, limit),
          await listRecentEventsOfEach(handles, tenants, period, limit),
          await countBucketsOfEach(handles, tenants, question, periodBefore(period, now)),
          await rankImplementationsOfEach(handles, tenants, period, limit),
          await listStreamsOfEach(handles, tenants, period, period.to),
        ]
        for (const [place, tenant] of tenants.entries()) {
          const usage = await countUsage(handles, tenant, question)
          found += usage.totals.loads
          expect(together.map((each) => each[place])).toEqual([
            usage,
            await countByImplementation(handles, tenant, period, limit),
            await listRecentEvents(handles, tenant, period, limit),
            { series: usage.series, previous: expect.objectContaining(countsOf(usage.previous.totals)) },
            (await countByImplementation(handles, tenant, period, limit)).map(
              ({ implementationId, ...own }) => ({
                implementationId,
                ...countsOf(own),
              }),
            ),
            (await listStreamsOfEach(handles, [tenant], period, period.to))[0],
          ])
        }
      },
    ),
    { numRuns: 20 },
  )
  expect(found).toBeGreaterThan(100)
}, 60_000)
