import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { sumRevenue, type RevenueSum } from '../revenue/sum-revenue'

const MINUTE_MS = 60_000

/** The money of an actor, whose last 30 days begin with a whole minute, so that it is the same until that is over. */
export function readRevenueSum(
  handles: Pick<Handles, 'db' | 'caches' | 'now'>,
  actor: Pick<Actor, 'userId' | 'persona'>,
): Promise<RevenueSum> {
  const minute = handles.now() - (handles.now() % MINUTE_MS)
  return handles.caches.reads(['revenue sum', actor, minute], () => sumRevenue(handles, actor, minute))
}
