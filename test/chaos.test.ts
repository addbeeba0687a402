import { expect, test } from 'vitest'
import { runChaos } from './chaos'

test(
  'every acknowledged event is counted once through kills, outages, torn tails and retries',
  { timeout: 180_000 },
  async () => {
    const { kills, acknowledged, ...result } = await runChaos({ kills: 4, clients: 6, events: 2_000 })
    expect(kills).toBe(4)
    expect(acknowledged).toBeGreaterThanOrEqual(2_000)
    expect(result).toMatchObject({
      lost: 0,
      doubled: 0,
      unacknowledged: 0,
      reported: acknowledged,
      sealed: acknowledged,
      mismatches: 0,
      unaccounted: 0,
    })
  },
)
