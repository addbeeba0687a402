import type { Handles } from '../handles'
import { describeError } from '../log'
import { repeat } from '../repeat'
import type { Period } from '../reports/tenant'
import { compareUsage } from './compare-usage'
import { createPlatformRefresher } from './refresh-platform'
import { HOUR_MS, sealedUntil } from './sealed-until'
import { sealUsage } from './seal-usage'

const REFRESH_MS = 1_000
const SEAL_MS = 60_000
/** Of all the time, at most this part is spent on keeping the rollup fresh, however much there is. */
const REFRESH_SHARE = 0.1
/** Besides what was just sealed, one sealed day is counted again this often, so that a month is in a day and a half. */
const COMPARE_MS = HOUR_MS
const DAY_MS = 24 * HOUR_MS
/** The shortest time that events can be kept; older ones may be gone and can no longer be compared. */
const KEPT_DAYS = 29

/**
 * Keeps what was counted before in step with the events: the platform's rollup fresh to a second or two, hours sealed
 * as they grow old enough, and both compared with the events to the unit. A difference is an error in the log and in
 * the metrics; it never happened, and if it does, a person has to look before money is made of it.
 */
export function keepUsage(handles: Pick<Handles, 'clickhouse' | 'caches' | 'log' | 'now'>): {
  close(): Promise<void>
} {
  const { caches, log, now } = handles
  const refresh = createPlatformRefresher(handles)
  let comparedAt = now()
  let comparedDays = 0
  caches.metrics.count(MISMATCHES, MISMATCHES_HELP, {}, 0)

  async function compare(period: Period): Promise<void> {
    const { mismatches, ...counts } = await compareUsage(handles, period)
    caches.metrics.count(COMPARED, 'Hours of sealed usage that were counted again.', {}, hoursOf(period))
    caches.metrics.count(MISMATCHES, MISMATCHES_HELP, {}, mismatches)
    if (mismatches > 0)
      log.error('sealed usage is not what the events say', { ...period, mismatches, ...counts })
  }

  /** The days before the last seal in turn, the youngest first. */
  async function compareNextDay(): Promise<void> {
    const until = await sealedUntil(handles)
    if (until === 0) return
    const to = until - (until % DAY_MS) - (comparedDays++ % KEPT_DAYS) * DAY_MS
    await compare({ from: to - DAY_MS, to })
  }

  const fresher = repeat(async () => {
    const [began, at] = [performance.now(), now()]
    try {
      await refresh()
      caches.rollup.freshAt = at
    } catch (error) {
      log.warn("the platform's usage is behind", describeError(error))
    }
    return Math.max(REFRESH_MS, (performance.now() - began) * (1 / REFRESH_SHARE - 1))
  })
  const sealer = repeat(async () => {
    try {
      const sealed = await sealUsage(handles)
      if (sealed) {
        caches.metrics.count(SEALED, 'Hours of usage that were sealed.', {}, hoursOf(sealed))
        await compare(sealed)
        return 0
      }
      if (now() - comparedAt > COMPARE_MS) {
        comparedAt = now()
        await compareNextDay()
      }
    } catch (error) {
      log.warn('usage is sealed later', describeError(error))
    }
    return SEAL_MS
  })
  return {
    async close() {
      await Promise.all([fresher.close(), sealer.close()])
    },
  }
}

const SEALED = 'oriel_usage_sealed_hours_total'
const COMPARED = 'oriel_usage_compared_hours_total'
const MISMATCHES = 'oriel_usage_mismatches_total'
const MISMATCHES_HELP =
  'Quarters of an hour of an implementation whose sealed usage is not what its events say.'

const hoursOf = ({ from, to }: Period) => (to - from) / HOUR_MS
