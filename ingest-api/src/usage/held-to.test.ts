import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { uuidV7 } from '../../../schema/wire/id'
import { createApp } from '../app'
import { openClickHouseFront } from '../embedded/clickhouse-front'
import { createTestHandles, type TestHandles } from '../testing'
import { sealUsage } from './seal-usage'
import { HOUR_MS, sealedUntil } from './sealed-until'

const DAY_MS = 24 * HOUR_MS

let handles: TestHandles
beforeAll(async () => {
  handles = await createTestHandles()
})
afterAll(() => handles.close())

/** What /metrics says of a spool, in seconds. */
async function lagOf(spool: string): Promise<number | undefined> {
  const text = await (await createApp(handles).request('/metrics')).text()
  const value = new RegExp(`^drain_lag_seconds{spool="${spool}"} (.*)$`, 'm').exec(text)?.[1]
  return value === undefined ? undefined : Number(value)
}

async function seal(): Promise<number> {
  while (await sealUsage(handles));
  return sealedUntil(handles)
}

it('is seen in the metrics, and goes on as the documentation says when a spool is lost for good', async () => {
  const now = Date.now()
  const at = now - 20 * DAY_MS
  const event = {
    id: uuidV7(at),
    event_type: 'load',
    created_at: at,
    builder_id: 'us_b',
    implementation_id: 'im_i',
  }
  await handles.clickhouse.insert('events', 'held:event', JSON.stringify(event))
  const lost = { spool: 'lost', drained_to: now - 12 * DAY_MS, holds: true }
  await handles.clickhouse.insert('spool_watermarks', 'held:lost', JSON.stringify(lost))
  const floor = (at: number) => at - (at % HOUR_MS)
  expect(await seal()).toBe(floor(now - 12 * DAY_MS - 49 * HOUR_MS))
  expect(await lagOf('lost')).toBeCloseTo((12 * DAY_MS) / 1000, -2)

  const documented = /```sql\n(INSERT INTO spool_watermarks[^`]+)```/.exec(
    await readFile('docs/reliability.md', 'utf8'),
  )![1]!
  const front = await openClickHouseFront(handles.clickhouse, 'a-password', 0)
  try {
    const response = await fetch(front.url.replace(/\/\/.*@/, '//'), {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa('default:a-password')}` },
      body: documented.replace('…', 'lost'),
    })
    expect([response.status, await response.text()]).toEqual([200, ''])
  } finally {
    await front.close()
  }
  expect(await lagOf('lost')).toBeUndefined()
  expect(await seal()).toBeGreaterThan(now - 50 * HOUR_MS - HOUR_MS)
})
