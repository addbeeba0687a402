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

/** Who asks for what is their own; the platform's people ask for everything at once. */
export type Asker = Exclude<Tenant, { whose: 'platform' }>

/**
 * The same for several tenants who ask the same, because planning one question costs more than answering many: the
 * condition lets the rows of all of them pass, and `tenant` is an expression that says, for each row, whose it is of
 * them, counted from 0. A row that is several tenants' own, a builder's and a site owner's, stands there for each.
 */
export function whereTenants(tenants: Tenant[]): {
  condition: string
  params: Record<string, unknown>
  tenant: string
} {
  if (tenants.length === 1) return { ...whereTenant(tenants[0]!), tenant: 'toUInt32(0)' }
  const ofBuilder = new Map<string, number[]>()
  const ofImplementation = new Map<string, number[]>()
  const buildersOf: string[][] = []
  const add = (map: Map<string, number[]>, id: string, place: number) =>
    map.set(id, [...(map.get(id) ?? []), place])
  tenants.forEach((tenant, place) => {
    if (tenant.whose === 'platform') throw new Error('The platform asks alone.')
    buildersOf.push(tenant.whose === 'builder' ? [] : [...new Set(tenant.builderIds)])
    if (tenant.whose === 'builder') add(ofBuilder, tenant.builderId, place)
    else for (const id of new Set(tenant.implementationIds)) add(ofImplementation, id, place)
  })
  const placesIn = (map: Map<string, number[]>) => Array.from({ length: map.size }, (_, index) => index + 1)
  return {
    condition: `(builder_id IN {builders: Array(String)}
      OR builder_id IN {itsBuilders: Array(String)} AND implementation_id IN {implementations: Array(String)})`,
    // A place that is not there is 0, where every array has nothing.
    tenant: `arrayJoin(arrayConcat(
      {ofBuilder: Array(Array(UInt32))}[transform(toString(builder_id), {builders: Array(String)}, {builderPlaces: Array(UInt32)}, toUInt32(0))],
      arrayFilter(place -> has({buildersOf: Array(Array(String))}[place + 1], toString(builder_id)),
        {ofImplementation: Array(Array(UInt32))}[transform(implementation_id, {implementations: Array(String)}, {places: Array(UInt32)}, toUInt32(0))])))`,
    params: {
      builders: [...ofBuilder.keys()],
      builderPlaces: placesIn(ofBuilder),
      ofBuilder: [...ofBuilder.values()],
      implementations: [...ofImplementation.keys()],
      places: placesIn(ofImplementation),
      ofImplementation: [...ofImplementation.values()],
      itsBuilders: [...new Set(buildersOf.flat())],
      buildersOf,
    },
  }
}

/** A row of a question of several tenants. */
export type OfTenant = { tenant: number }

/** Gives each tenant its own rows, in their order and without saying whose they are. */
export function toEach<Row extends OfTenant>(tenants: Tenant[], rows: Row[]): Omit<Row, 'tenant'>[][] {
  const each = tenants.map((): Omit<Row, 'tenant'>[] => [])
  for (const { tenant, ...row } of rows) each[tenant]!.push(row)
  return each
}

/** Half-open, epoch ms. */
export type Period = { from: number; to: number }

/**
 * The events of a tenant in a period, each id once: FINAL lets a row meet its duplicates. Previews, which only the
 * people of the dashboard see, are left out.
 * @param final nothing for who sees to duplicates itself
 */
export function eventsOf(
  tenants: Tenant[],
  { from, to }: Period,
  final: 'FINAL' | '' = 'FINAL',
): { source: string; params: Record<string, unknown>; tenant: string } {
  const { condition, params, tenant } = whereTenants(tenants)
  const period =
    'created_at >= fromUnixTimestamp64Milli({from: Int64}) AND created_at < fromUnixTimestamp64Milli({to: Int64})'
  return {
    source: `events ${final} WHERE ${condition} AND ${period} AND NOT preview`,
    params: { ...params, from, to },
    tenant,
  }
}
