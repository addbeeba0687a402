import type { Handles } from '../handles'
import { describeError } from '../log'
import { repeat } from '../repeat'
import type { Period } from '../reports/tenant'
import { compareUsage } from './compare-usage'
import { createPlatformRefresher } from './refresh-platform'
import { HOUR_MS, sealedUntil } from './sealed-until'
import { sealUsage } from './seal-usage'

/** Leaves the first seconds of a process to getting ready and to who has waited for it. */
const START_MS = 3_000
const REFRESH_MS = 1_000
const SEAL_MS = 60_000
/** Of all the time, at most this part is spent on keeping the rollup fresh, however much there is, once it is made. */
const REFRESH_SHARE = 0.1
const DAY_MS = 24 * HOUR_MS
/** The shortest time that events can be kept; older ones may be gone and can no longer be compared. */
const KEPT_DAYS = 29

type UsageHandles = Pick<Handles, 'clickhouse' | 'caches' | 'log' | 'now'>

/**
 * Keeps what was counted before in step with the events: the platform's rollup fresh to a second or two, hours sealed
 * as they grow old enough, and both compared with the events to the unit. Several processes may do so at once.
 */
export function keepUsage(handles: UsageHandles): { close(): Promise<void> } {
  const { caches, log, now } = handles
  const refresh = createPlatformRefresher(handles)
  let comparedHour = hourOf(now())
  // The first refresh counts all that is not sealed; after a long rest the rollup would be too old to be read.
  let share = 1
  caches.metrics.count(MISMATCHES, MISMATCHES_HELP, {}, 0)

  const fresher = repeat(async () => {
    const [began, at] = [performance.now(), now()]
    try {
      await refresh()
      caches.rollup.freshAt = at
    } catch (error) {
      log.warn("the platform's usage is behind", describeError(error))
    }
    const restMs = Math.max(REFRESH_MS, (performance.now() - began) * (1 / share - 1))
    share = REFRESH_SHARE
    return restMs
  }, START_MS)
  const sealer = repeat(async () => {
    try {
      if (await sealAndCompare(handles)) return 0
      if (hourOf(now()) !== comparedHour) {
        comparedHour = hourOf(now())
        await compareDayOfHour(handles)
      }
    } catch (error) {
      log.warn('usage is sealed later', describeError(error))
    }
    return SEAL_MS
  }, START_MS)
  return {
    async close() {
      await Promise.all([fresher.close(), sealer.close()])
    },
  }
}

/** Seals the next hours, at most up to the end of their day, and counts them again. Answers whether there were any. */
export async function sealAndCompare(handles: UsageHandles): Promise<boolean> {
  const sealed = await sealUsage(handles)
  if (!sealed) return false
  handles.caches.metrics.count(SEALED, 'Hours of usage that were sealed.', {}, hoursOf(sealed))
  await compare(handles, sealed)
  return true
}

/** Counts a sealed day again, every hour another of the last ones, so that each has its turn in a day and a half. */
export async function compareDayOfHour(handles: UsageHandles): Promise<void> {
  const until = await sealedUntil(handles)
  if (until === 0) return
  const to = until - (until % DAY_MS) - (hourOf(handles.now()) % KEPT_DAYS) * DAY_MS
  await compare(handles, { from: to - DAY_MS, to })
}

/**
 * A difference is an error in the log and in the metrics; it never happened, and if it does, a person has to look
 * before money is made of it.
 */
async function compare(handles: UsageHandles, period: Period): Promise<void> {
  const { caches, log } = handles
  const { mismatches, ...counts } = await compareUsage(handles, period)
  caches.metrics.count(COMPARED, 'Hours of sealed usage that were counted again.', {}, hoursOf(period))
  caches.metrics.count(MISMATCHES, MISMATCHES_HELP, {}, mismatches)
  if (mismatches > 0)
    log.error('sealed usage is not what the events say', { ...period, mismatches, ...counts })
}

const SEALED = 'oriel_usage_sealed_hours_total'
const COMPARED = 'oriel_usage_compared_hours_total'
const MISMATCHES = 'oriel_usage_mismatches_total'
const MISMATCHES_HELP =
  'Quarters of an hour of an implementation whose sealed usage is not what its events say.'

const hoursOf = ({ from, to }: Period) => (to - from) / HOUR_MS
const hourOf = (at: number) => Math.floor(at / HOUR_MS)
