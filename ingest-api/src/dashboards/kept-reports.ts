import type { RecentEvent, Usage } from '../../../schema/wire/api'
import type { Cache } from '../cache'
import type { Handles } from '../handles'
import { countByImplementation, type ImplementationCount } from '../reports/count-by-implementation'
import { countUsage, type UsageQuestion } from '../reports/count-usage'
import { listRecentEvents } from '../reports/list-recent-events'
import type { Period, Tenant } from '../reports/tenant'

/**
 * The reports of open dashboards, which ask the same every two seconds: each is asked of ClickHouse once, and its answer
 * stands until events of its tenant change. The totals of the period before, which grow with the clock, say up to when
 * they were counted.
 */
type Needs = Pick<Handles, 'clickhouse' | 'caches' | 'now'>
/** The platform's numbers come from its rollup, which follows the events by a second and is fast. */
type Asker = Exclude<Tenant, { whose: 'platform' }>

export const keptUsage = (handles: Needs, tenant: Tenant, question: UsageQuestion): Promise<Usage> =>
  tenant.whose === 'platform'
    ? countUsage(handles, tenant, question)
    : keep(handles, handles.caches.usage, tenant, usageOf(question), () =>
        countUsage(handles, tenant, question),
      )

export const keptCounts = (
  handles: Needs,
  tenant: Asker,
  { from, to }: Period,
  limit: number,
): Promise<ImplementationCount[]> =>
  keep(handles, handles.caches.counts, tenant, [from, to, limit], () =>
    countByImplementation(handles, tenant, { from, to }, limit),
  )

export const keptRecentEvents = (
  handles: Needs,
  tenant: Asker,
  { from, to }: Period,
  limit: number,
): Promise<RecentEvent[]> =>
  keep(handles, handles.caches.recent, tenant, [from, to, limit], () =>
    listRecentEvents(handles, tenant, { from, to }, limit),
  )

const usageOf = ({ from, to, interval, timezone }: UsageQuestion) => [from, to, interval, timezone]

/** The key is the whole tenant, the whole question, and how often events of the tenant have changed. */
const keep = <Answer>(
  { caches, now }: Needs,
  cache: Cache<Answer>,
  tenant: Asker,
  question: (string | number)[],
  ask: () => Promise<Answer>,
): Promise<Answer> => cache.get(JSON.stringify([tenant, question, caches.changes.stepOf(tenant)]), now(), ask)
