import { gt } from 'drizzle-orm'
import { absences } from '../../../schema/tables/analyses'
import type { Handles } from '../handles'
import type { Period } from '../reports/tenant'
import { QUEUE_SPOOL } from '../spool/queue-hold'
import { findHolders } from '../usage/held-to'

const MINUTE_MS = 60_000
/** What happened is sent after a moment, and the platform's rollup follows the events by a few seconds. */
const UNDER_WAY_MS = 15_000
/** A queue delivers within seconds as a rule, and cannot be asked; money goes by a promise, a warning by this. */
const QUEUE_MS = 5 * MINUTE_MS
/** What is known only up to longer ago than this says nothing about now. */
const STALE_MS = 10 * MINUTE_MS
/** Of a period, so much may pass without anybody there, and it is still told: a restart in an hour, an hour in a week. */
const MISSED_SHARE = 0.01

/** What can be told at a time. */
export type Knowledge = {
  /** Up to when everything that was accepted can be counted, epoch ms, a whole minute. */
  to: number
  /** Whether that is long ago: events wait in a spool, which may belong to a process that is down. */
  isStale: boolean
  /** Whether a period is whole: somebody was there to take what came. */
  isWhole(period: Period): boolean
}

/** @throws what ClickHouse or Postgres say when they are away: then nothing is known */
export async function findKnowledge(handles: Pick<Handles, 'clickhouse' | 'db' | 'now'>): Promise<Knowledge> {
  const now = handles.now()
  const [holders, away] = await Promise.all([
    findHolders(handles),
    handles.db
      .select()
      .from(absences)
      .where(gt(absences.to, new Date(now - KEPT_MS))),
  ])
  const ends = holders.map(({ spool, drainedTo }) => (spool === QUEUE_SPOOL ? now - QUEUE_MS : drainedTo))
  const to = Math.floor(Math.min(now - UNDER_WAY_MS, ...ends) / MINUTE_MS) * MINUTE_MS
  return {
    to,
    isStale: now - to > STALE_MS,
    isWhole(period) {
      const missed = away.reduce(
        (sum, { from, to }) =>
          sum + Math.max(0, Math.min(period.to, to.getTime()) - Math.max(period.from, from.getTime())),
        0,
      )
      return missed <= MISSED_SHARE * (period.to - period.from)
    },
  }
}

/** Longer than any window and the one before it. */
export const KEPT_MS = 15 * 24 * 60 * MINUTE_MS
