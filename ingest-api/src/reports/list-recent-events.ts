import type { RecentEvent } from '../../../schema/wire/api'
import { MAX_EVENT_LEAD_MS, type EventType } from '../../../schema/wire/event'
import type { Handles } from '../handles'
import { eventsOf, toEach, type OfTenant, type Period, type Tenant } from './tenant'

const HOUR_MS = 60 * 60 * 1000
/** Whoever has many events has the newest in the last hours, or the last day; whoever has few can be read whole. */
const SPANS_MS = [2 * HOUR_MS, 24 * HOUR_MS]

/** Which events: all, those of a type, or of those the ones with a name. */
export type OnlyEvents = { type?: EventType | undefined; name?: string | undefined }

/** The newest events of a tenant, newest first. */
export const listRecentEvents = async (
  handles: Pick<Handles, 'clickhouse' | 'now'>,
  tenant: Tenant,
  period: Period,
  limit: number,
  only: OnlyEvents = {},
): Promise<RecentEvent[]> => (await listRecentEventsOfEach(handles, [tenant], period, limit, only))[0]!

/** The same for several tenants at once. */
export async function listRecentEventsOfEach(
  handles: Pick<Handles, 'clickhouse' | 'now'>,
  tenants: Tenant[],
  period: Period,
  limit: number,
  only: OnlyEvents = {},
): Promise<RecentEvent[][]> {
  const until = Math.min(period.to, handles.now() + MAX_EVENT_LEAD_MS)
  const each = tenants.map((): RecentEvent[] => [])
  let waiting = tenants.map((_, place) => place)
  for (const spanMs of [...SPANS_MS, Infinity]) {
    const from = Math.max(period.from, until - spanMs)
    const asking = waiting.map((place) => tenants[place]!)
    const found = await list(handles, asking, { from, to: period.to }, limit, only)
    waiting.forEach((place, index) => (each[place] = found[index]!))
    waiting = waiting.filter((place) => each[place]!.length < limit)
    if (from === period.from || waiting.length === 0) break
  }
  return each
}

async function list(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  tenants: Tenant[],
  period: Period,
  limit: number,
  { type, name }: OnlyEvents,
): Promise<RecentEvent[][]> {
  const { source, params, tenant } = eventsOf(tenants, period, '')
  const ofType = type === undefined ? '' : 'AND event_type = {type: String}'
  const named = name === undefined ? '' : 'AND event_name = {name: String}'
  // A repeated event meets itself here by its id, which costs half of what FINAL does.
  const rows = await clickhouse.query<Omit<RecentEvent, 'data'> & { data: string } & OfTenant>(
    `SELECT ${tenant} AS tenant, toString(id) AS id, toUnixTimestamp64Milli(created_at) AS at, event_type AS type,
       event_name AS name, implementation_id AS implementationId, session_id AS session, event_data AS data
     FROM (SELECT * FROM ${source} ${ofType} ${named} LIMIT 1 BY id)
     ORDER BY created_at DESC, id DESC LIMIT {limit: UInt32} BY tenant`,
    { ...params, limit, ...(type !== undefined && { type }), ...(name !== undefined && { name }) },
  )
  return toEach(
    tenants,
    rows.map((row) => ({
      ...row,
      at: Number(row.at),
      session: row.session || null,
      data: JSON.parse(row.data),
    })),
  )
}
