import { setTimeout } from 'node:timers/promises'
import { noteRun } from '../analyses/run-analysis'
import type { Handles } from '../handles'
import { describeError } from '../log'
import { repeat } from '../repeat'
import type { Period } from '../reports/tenant'
import { compareRecent, compareUsage } from './compare-usage'
import { dropSealedDays, isFresh, Rollup } from './rollup'
import { DAY_MS, HOUR_MS, sealedUntil } from './sealed-until'
import { sealUsage } from './seal-usage'

/** Leaves the first seconds of a process to getting ready and to who has waited for it. */
const START_MS = 3_000
const LOOK_MS = 250
/** How long a round follows the one before at least, whatever comes; and at most, for what other processes store. */
const REFRESH_MS = 2_000
const SEAL_MS = 60_000
/** Of all the time, at most this part is spent on counting what is not sealed, however much there is, once that is done. */
const COUNT_SHARE = 0.1
/** The shortest time that events can be kept; older ones may be gone and can no longer be compared. */
const KEPT_DAYS = 29

type UsageHandles = Pick<Handles, 'clickhouse' | 'caches' | 'log' | 'now'>

export type UsageKeeper = {
  /** Events of these implementations, whose builders these are, were stored: their reports change when they are counted. */
  noteStored(implementationIds: Iterable<string>, builderIds: Iterable<string>): void
  close(): Promise<void>
}

/**
 * Keeps what was counted before in step with the events: the rollup fresh to a second or two, hours sealed as they grow
 * old enough, and both compared with the events to the unit. Several processes may do so at once.
 */
export function keepUsage(handles: UsageHandles & Pick<Handles, 'db'>): UsageKeeper {
  const { caches, log, now } = handles
  const rollup = new Rollup(handles)
  const stored = { implementationIds: new Set<string>(), builderIds: new Set<string>() }
  let comparedHour = hourOf(now())
  caches.metrics.count(MISMATCHES, MISMATCHES_HELP, {}, 0)

  let [lookedAt, countAt] = [-Infinity, -Infinity]
  let counting: Promise<void> | undefined
  const attempt = (work: Promise<void>) =>
    work.catch((error: unknown) => log.warn('the rollup is behind', describeError(error)))
  /** What takes longer than a round goes on beside the next ones, which say meanwhile what has come. */
  const count = async () => {
    const began = performance.now()
    await attempt(noteRun(handles, 'rollup', () => rollup.count()))
    countAt = performance.now() + (performance.now() - began) * (1 / COUNT_SHARE - 1)
    counting = undefined
  }
  const fresher = repeat(async () => {
    const began = performance.now()
    if (began < lookedAt + REFRESH_MS) return LOOK_MS
    lookedAt = began
    const [implementationIds, builderIds] = [[...stored.implementationIds], [...stored.builderIds]]
    stored.implementationIds.clear()
    stored.builderIds.clear()
    await attempt(rollup.find())
    if (began >= countAt) counting ??= count()
    await Promise.race([counting, setTimeout(REFRESH_MS, undefined, { ref: false })])
    if (implementationIds.length > 0) caches.changes.note(implementationIds, builderIds)
    return LOOK_MS
  }, START_MS)
  const sealer = repeat(async () => {
    try {
      if (await noteRun(handles, 'sealing', () => sealAndCompare(handles))) return 0
      if (hourOf(now()) !== comparedHour) {
        comparedHour = hourOf(now())
        await noteRun(handles, 'comparison', () => compareDayOfHour(handles))
      }
    } catch (error) {
      log.warn('usage is sealed later', describeError(error))
    }
    return SEAL_MS
  }, START_MS)
  return {
    noteStored(implementationIds, builderIds) {
      if (!isFresh(handles)) return caches.changes.note(implementationIds, builderIds)
      for (const id of implementationIds) stored.implementationIds.add(id)
      for (const id of builderIds) stored.builderIds.add(id)
    },
    async close() {
      await Promise.all([fresher.close(), sealer.close()])
      await counting
    },
  }
}

/** Seals the next hours, at most up to the end of their day, and counts them again. Answers whether there were any. */
export async function sealAndCompare(handles: UsageHandles): Promise<boolean> {
  const sealed = await sealUsage(handles)
  if (!sealed) return false
  handles.caches.metrics.count(SEALED, 'Hours of usage that were sealed.', {}, hoursOf(sealed))
  const isCounted = isFresh(handles) && handles.caches.rollup.until >= sealed.to
  await compare(handles, sealed, isCounted ? await compareRecent(handles, sealed) : 0)
  // A day later, because another process may just be comparing the same.
  await dropSealedDays(handles, sealed.to - DAY_MS)
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
 * @param before how many there were with the rollup of what was not sealed yet
 */
async function compare(handles: UsageHandles, period: Period, before = 0): Promise<void> {
  const { caches, log } = handles
  const { mismatches: own, ...counts } = await compareUsage(handles, period)
  const mismatches = own + before
  caches.metrics.count(COMPARED, 'Hours of sealed usage that were counted again.', {}, hoursOf(period))
  caches.metrics.count(MISMATCHES, MISMATCHES_HELP, {}, mismatches)
  if (mismatches > 0)
    log.error('sealed usage is not what the events say', { ...period, mismatches, ...counts })
}

const SEALED = 'oriel_usage_sealed_hours_total'
const COMPARED = 'oriel_usage_compared_hours_total'
const MISMATCHES = 'oriel_usage_mismatches_total'
const MISMATCHES_HELP =
  'Quarters of an hour of an implementation whose sealed usage is not what its events say, or the rollup said.'

const hoursOf = ({ from, to }: Period) => (to - from) / HOUR_MS
const hourOf = (at: number) => Math.floor(at / HOUR_MS)
