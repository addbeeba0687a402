/** Whose events a question is about. There is no question without one. */
export type Tenant =
  | { whose: 'platform' }
  | { whose: 'builder'; builderId: string }
  /** Single implementations, with their builders, because the table is sorted by builder first. */
  | { whose: 'implementations'; builderIds: string[]; implementationIds: string[] }

/** The condition and its parameters; every report starts its WHERE with it. */
export function whereTenant(tenant: Tenant): { condition: string; params: Record<string, unknown> } {
  switch (tenant.whose) {
    case 'platform':
      return { condition: '1', params: {} }
    case 'builder':
      return { condition: 'builder_id = {builderId: String}', params: { builderId: tenant.builderId } }
    case 'implementations':
      return {
        condition:
          'builder_id IN {builderIds: Array(String)} AND implementation_id IN {implementationIds: Array(String)}',
        params: { builderIds: [...new Set(tenant.builderIds)], implementationIds: tenant.implementationIds },
      }
  }
}

/** Half-open, epoch ms. */
export type Period = { from: number; to: number }

/**
 * The events of a tenant in a period, each id once: FINAL lets a row meet its duplicates. Previews, which only the
 * people of the dashboard see, are left out.
 */
export function eventsOf(
  tenant: Tenant,
  { from, to }: Period,
): { source: string; params: Record<string, unknown> } {
  const { condition, params } = whereTenant(tenant)
  const period =
    'created_at >= fromUnixTimestamp64Milli({from: Int64}) AND created_at < fromUnixTimestamp64Milli({to: Int64})'
  return {
    source: `events FINAL WHERE ${condition} AND ${period} AND NOT preview`,
    params: { ...params, from, to },
  }
}
