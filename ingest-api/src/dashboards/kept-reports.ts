import type { EventStream } from '../../../schema/wire/analytics'
import type { RecentEvent, Usage } from '../../../schema/wire/api'
import type { Report } from '../cache'
import type { Handles } from '../handles'
import { countBucketsOfEach, type BucketCounts } from '../reports/count-buckets'
import { countEachByImplementation, type ImplementationCount } from '../reports/count-by-implementation'
import { countUsage, countUsageOfEach, type UsageQuestion } from '../reports/count-usage'
import { countVersionsOfEach, type VersionCount } from '../reports/count-versions'
import { listRecentEventsOfEach, type OnlyEvents } from '../reports/list-recent-events'
import { listStreamsOfEach } from '../reports/list-streams'
import {
  rankImplementations,
  rankImplementationsOfEach,
  type RankedImplementation,
} from '../reports/rank-implementations'
import type { Asker, Period, Tenant } from '../reports/tenant'

/**
 * The reports of open dashboards, which ask the same every two seconds: each is asked of ClickHouse once, together with
 * those of others who wait, and its answer stands until events of its tenant change. The totals of the period before,
 * which grow with the clock, say up to when they were counted. The platform's numbers are not kept: they come from its
 * rollup, which follows the events by a second and is fast.
 */
type Needs = Pick<Handles, 'clickhouse' | 'caches' | 'now'>
export const keptUsage = (handles: Needs, tenant: Tenant, question: UsageQuestion): Promise<Usage> => {
  const { from, to, interval, timezone } = question
  return tenant.whose === 'platform'
    ? countUsage(handles, tenant, question)
    : keep(handles, handles.caches.usage, tenant, [from, to, interval, timezone], (tenants) =>
        countUsageOfEach(handles, tenants, { from, to, interval, timezone }),
      )
}

export const keptCounts = (
  handles: Needs,
  tenant: Asker,
  { from, to }: Period,
  limit: number,
): Promise<ImplementationCount[]> =>
  keep(handles, handles.caches.counts, tenant, [from, to, limit], (tenants) =>
    countEachByImplementation(handles, tenants, { from, to }, limit),
  )

export const keptRecentEvents = (
  handles: Needs,
  tenant: Asker,
  { from, to }: Period,
  limit: number,
  only: OnlyEvents = {},
): Promise<RecentEvent[]> =>
  keep(handles, handles.caches.recent, tenant, [from, to, limit, only.type, only.name], (tenants) =>
    listRecentEventsOfEach(handles, tenants, { from, to }, limit, only),
  )

/**
 * The platform's are counted anew, as above.
 * @param before whose counts are wanted as well
 */
export const keptBuckets = async (
  handles: Needs,
  tenant: Tenant,
  question: UsageQuestion,
  before?: Period,
): Promise<BucketCounts> => {
  const { from, to, interval, timezone } = question
  const key = [from, to, interval, timezone, before?.from, before?.to]
  return tenant.whose === 'platform'
    ? (await countBucketsOfEach(handles, [tenant], question, before))[0]!
    : keep(handles, handles.caches.histories, tenant, key, (tenants) =>
        countBucketsOfEach(handles, tenants, { from, to, interval, timezone }, before),
      )
}

/** Of the platform they are kept for a while by the clock alone, because they take long. */
export const keptRanks = (
  handles: Needs,
  tenant: Tenant,
  { from, to }: Period,
  limit: number,
): Promise<RankedImplementation[]> =>
  tenant.whose === 'platform'
    ? handles.caches.ranks.get(`${from} ${to} ${limit}`, handles.now(), () =>
        rankImplementations(handles, { from, to }, limit),
      )
    : keep(handles, handles.caches.ranked, tenant, [from, to, limit], (tenants) =>
        rankImplementationsOfEach(handles, tenants, { from, to }, limit),
      )

/** @param until the end of the last whole minute that rates are taken over */
export const keptStreams = (
  handles: Needs,
  tenant: Asker,
  { from, to }: Period,
  until: number,
): Promise<EventStream[]> =>
  keep(handles, handles.caches.streams, tenant, [from, to, until], (tenants) =>
    listStreamsOfEach(handles, tenants, { from, to }, until),
  )

/** @param fewest sessions that a version is told from */
export const keptVersions = (
  handles: Needs,
  tenant: Asker,
  { from, to }: Period,
  fewest: number,
): Promise<VersionCount[]> =>
  keep(handles, handles.caches.versions, tenant, [from, to, fewest], (tenants) =>
    countVersionsOfEach(handles, tenants, { from, to }, fewest),
  )

/** The key is the whole tenant, the whole question, and how often events of the tenant have changed. */
function keep<Answer>(
  { caches, now }: Needs,
  { kept, gathering }: Report<Answer>,
  tenant: Asker,
  question: (string | number | undefined)[],
  askEach: (tenants: Asker[]) => Promise<Answer[]>,
): Promise<Answer> {
  return kept.get(JSON.stringify([tenant, question, caches.changes.stepOf(tenant)]), now(), async () =>
    gathering ? gathering.ask(JSON.stringify(question), tenant, askEach) : (await askEach([tenant]))[0]!,
  )
}
