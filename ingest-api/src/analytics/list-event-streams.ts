import type { DataPoint, EventStreams } from '../../../schema/wire/analytics'
import type { EventType } from '../../../schema/wire/event'
import type { Actor } from '../accounts/actor'
import { findTenant, type SeriesFilter } from '../dashboards/get-series'
import { keptRecentEvents, keptStreams } from '../dashboards/kept-reports'
import type { Handles } from '../handles'
import { countQuality } from '../reports/count-quality'
import { listRecentEvents } from '../reports/list-recent-events'
import { listStreamsOfEach } from '../reports/list-streams'
import type { Period } from '../reports/tenant'

type Needs = Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>
type Asker = Pick<Actor, 'userId' | 'persona'>

const MINUTE_MS = 60_000

/**
 * What kinds of events come in, how many, how fast, and how good they are, of what the asker may see or a part of it.
 * @throws OrielError RESOURCE_NOT_FOUND when that part is not the asker's
 */
export async function listEventStreams(
  handles: Needs,
  actor: Asker,
  period: Period,
  filter: SeriesFilter,
): Promise<EventStreams> {
  const tenant = await findTenant(handles, actor, filter)
  const until = Math.floor(Math.min(period.to, handles.now()) / MINUTE_MS) * MINUTE_MS
  const [streams, quality] = await Promise.all([
    tenant.whose === 'platform'
      ? listStreamsOfEach(handles, [tenant], period, until).then(([own]) => own!)
      : keptStreams(handles, tenant, period, until),
    countQuality(handles, tenant, period),
  ])
  return { from: period.from, to: period.to, streams, quality }
}

/** The newest events of a type, or of a type and name, in a period. */
export async function listDataPoints(
  handles: Needs,
  actor: Asker,
  period: Period,
  {
    type,
    name,
    limit,
    ...filter
  }: SeriesFilter & { type: EventType; name?: string | undefined; limit: number },
): Promise<DataPoint[]> {
  const tenant = await findTenant(handles, actor, filter)
  const points =
    tenant.whose === 'platform'
      ? await listRecentEvents(handles, tenant, period, limit, { type, name })
      : await keptRecentEvents(handles, tenant, period, limit, { type, name })
  return actor.persona === 'builder' ? points.map((point) => ({ ...point, session: null, data: {} })) : points
}
