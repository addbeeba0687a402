import { and, eq, inArray } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { projects, versions } from '../../../schema/tables/projects'
import type { Insights } from '../../../schema/wire/analytics'
import type { Actor } from '../accounts/actor'
import { findTenant, type SeriesFilter } from '../dashboards/get-series'
import { keptRanks, keptVersions } from '../dashboards/kept-reports'
import type { Handles } from '../handles'
import { ownImplementations } from '../implementations/read-implementations'
import type { RankedImplementation } from '../reports/rank-implementations'
import type { Asker, Period, Tenant } from '../reports/tenant'
import { QUARTER_MS } from '../usage/sealed-until'
import { judgeHistory } from './get-anomalies'
import { foresee, MOST_BUCKETS } from './get-forecast'
import { arrange, type Listener } from './insight'
import { beginningOf, LENGTH_MS, readHistory } from './read-history'
import { tellMovers, type Move, type Place } from './tell-movers'
import { tellAnomalies, tellForecast } from './tell-times'
import { FEWEST_SESSIONS, tellVersions, type UsedVersion } from './tell-versions'

type Needs = Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>
type Who = Pick<Actor, 'userId' | 'persona'>

const MOST_INSIGHTS = 10
const MOST_PLACES = 200
/** Of the platform: the versions of those that are used most, because those of all are too much to look at. */
const MOST_PLACES_WITH_VERSIONS = 20
const WEEKS_OF_HOURS = 8
const WEEK_DAYS = 7

/**
 * What there is to say of the last days of what the asker may see, or of a part of it: where most has changed, whether the
 * newest version fails more often than the one before, which hours stand out, and what is to come. Nothing is said where
 * the numbers are too few or chance could have made them, so there may be nothing at all.
 * @throws OrielError RESOURCE_NOT_FOUND when that part is not the asker's
 */
export async function getInsights(
  handles: Needs,
  actor: Who,
  { days, timezone }: { days: number; timezone: string },
  filter: SeriesFilter,
): Promise<Insights> {
  const tenant = await findTenant(handles, actor, filter)
  // For a quarter of an hour everybody asks about the same days.
  const to = Math.floor(handles.now() / QUARTER_MS) * QUARTER_MS
  const from = to - days * LENGTH_MS.day
  const listener: Listener = { persona: actor.persona, days, timezone, from, to }
  const [places, hours, ahead] = await Promise.all([
    readPlaces(handles, actor, tenant, listener),
    readHistory(handles, tenant, { interval: 'hour', timezone }, WEEKS_OF_HOURS * 168, 1),
    readHistory(handles, tenant, { interval: 'day', timezone }, MOST_BUCKETS.day, WEEK_DAYS),
  ])
  const told = tellVersions(places.versions, listener)
  const mended = new Set(told.map(({ evidence }) => evidence.project?.id))
  const movers = tellMovers(places.moves, listener)
  const anomalies = (['loads', 'errors'] as const).flatMap((metric) =>
    tellAnomalies(judgeHistory(hours, { metric, interval: 'hour', timezone }), listener),
  )
  const past = ahead.past.slice(beginningOf(ahead.past)).map(({ at, loads }) => ({ at, value: loads }))
  const outlook = foresee(past, { interval: 'day', timezone }, WEEK_DAYS, true)
  const lastWeek = past.slice(-WEEK_DAYS).reduce((total, { value }) => total + value, 0)
  const coming = { from: ahead.next[0]!, to: ahead.next.at(-1)! + LENGTH_MS.day }
  const insights = [
    ...told,
    // A version that fails more often says why its places have more errors.
    ...movers.filter(({ evidence }) => evidence.metric !== 'errors' || !mended.has(evidence.project?.id)),
    ...anomalies,
    ...(outlook ? tellForecast(outlook, lastWeek, coming) : []),
  ]
  return { from, to, days, insights: arrange(insights, MOST_INSIGHTS) }
}

async function readPlaces(
  handles: Needs,
  actor: Who,
  tenant: Tenant,
  { from, to }: Period,
): Promise<{ moves: Move[]; versions: UsedVersion[] }> {
  const [now, before] = await Promise.all([
    keptRanks(handles, tenant, { from, to }, MOST_PLACES),
    keptRanks(handles, tenant, { from: from - (to - from), to: from }, MOST_PLACES),
  ])
  const counted = { now: byId(now), before: byId(before) }
  const known = (await findPlaces(handles, actor, [...counted.now.keys(), ...counted.before.keys()])).filter(
    // Of a list that is full, one that is not on it may have been used all the same.
    ({ id }) =>
      (counted.now.has(id) || now.length < MOST_PLACES) &&
      (counted.before.has(id) || before.length < MOST_PLACES),
  )
  const none = { loads: 0, errors: 0 }
  const moves = known.map((place) => ({
    place,
    now: counted.now.get(place.id) ?? none,
    before: counted.before.get(place.id) ?? none,
  }))
  const asker = tenant.whose === 'platform' ? mostUsed(known, counted.now) : tenant
  return { moves, versions: await readVersions(handles, asker, { from, to }) }
}

const byId = (counts: readonly RankedImplementation[]) =>
  new Map(counts.map(({ implementationId, loads, errors }) => [implementationId, { loads, errors }]))

function mostUsed(places: readonly KnownPlace[], counts: Map<string, { loads: number }>): Asker {
  const loadsOf = ({ id }: KnownPlace) => counts.get(id)?.loads ?? 0
  const most = places.toSorted((a, b) => loadsOf(b) - loadsOf(a)).slice(0, MOST_PLACES_WITH_VERSIONS)
  return {
    whose: 'implementations',
    builderIds: most.map(({ builderId }) => builderId),
    implementationIds: most.map(({ id }) => id),
  }
}

type KnownPlace = Place & { builderId: string }

async function findPlaces({ db }: Needs, actor: Who, ids: string[]): Promise<KnownPlace[]> {
  if (ids.length === 0) return []
  const { id, name, status, implementationUrl, builderId } = widgetImplementations
  return db
    .select({
      id,
      name,
      status,
      implementationUrl,
      builderId,
      project: { id: projects.id, name: projects.name },
    })
    .from(widgetImplementations)
    .innerJoin(projects, eq(projects.id, widgetImplementations.projectId))
    .where(and(ownImplementations(actor), inArray(id, [...new Set(ids)])))
}

async function readVersions(handles: Needs, asker: Asker, period: Period): Promise<UsedVersion[]> {
  const counts = await keptVersions(handles, asker, period, FEWEST_SESSIONS)
  if (counts.length === 0) return []
  const published = await handles.db
    .select({
      projectId: versions.projectId,
      version: versions.version,
      publishedAt: versions.createdAt,
      projectName: projects.name,
    })
    .from(versions)
    .innerJoin(projects, eq(projects.id, versions.projectId))
    .where(
      and(
        inArray(versions.projectId, [...new Set(counts.map(({ projectId }) => projectId))]),
        inArray(versions.version, [...new Set(counts.map(({ version }) => version))]),
      ),
    )
  const known = new Map(published.map((one) => [`${one.projectId} ${one.version}`, one]))
  return counts.flatMap((count) => {
    const one = known.get(`${count.projectId} ${count.version}`)
    return one ? [{ ...count, projectName: one.projectName, publishedAt: one.publishedAt.getTime() }] : []
  })
}
