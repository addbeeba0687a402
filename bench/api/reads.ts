import { getBuilderDashboard } from '../../ingest-api/src/dashboards/get-builder-dashboard'
import { getEndUserDashboard } from '../../ingest-api/src/dashboards/get-end-user-dashboard'
import { listTrackedImplementations } from '../../ingest-api/src/dashboards/list-tracked-implementations'
import {
  getImplementation,
  pageImplementations,
} from '../../ingest-api/src/implementations/read-implementations'
import type { NodeHandles } from '../../ingest-api/src/open-node'
import { listProjects } from '../../ingest-api/src/projects/read-projects'
import type { Persona } from '../../schema/wire/permission'
import { builderId, DAY_MS, ownerId, widgetId } from './platform'

/** One kind of read: how often among all, what it asks for as whom, and the same asked of the engines alone. */
export type Read = {
  name: string
  share: number
  as: Persona
  path: (n: number, range: string) => string
  alone: (handles: NodeHandles, n: number) => Promise<unknown>
}

// Not so near the end of an hour that what comes during the measurement would be after it.
const hour = Math.ceil((Date.now() + 300_000) / 3_600_000) * 3_600_000
const day = { from: hour - DAY_MS, to: hour, interval: 'hour', timezone: 'Europe/Amsterdam' } as const
/** What everybody asks for. */
export const RANGE = `from=${day.from}&to=${day.to}&interval=hour&timezone=Europe%2FAmsterdam`
/** A range that nobody has asked for, so that the server has done everything before but {@link RANGE}. */
export const OTHER_RANGE = `from=${day.from - DAY_MS}&to=${day.to}&interval=day&timezone=UTC`

const first = { page: 1, limit: 20 }
const owner = (n: number) => ({ userId: ownerId(n), persona: 'end_user' }) as const
const builder = (n: number) => ({ userId: builderId(n), persona: 'builder' }) as const

/** What open pages ask: the overview every two seconds, everything else when somebody goes there. */
export const READS: Read[] = [
  {
    name: "site owner's overview",
    share: 40,
    as: 'end_user',
    path: (_, range) => `/api/end-users/me/dashboard?${range}`,
    alone: (handles, n) => getEndUserDashboard(handles, ownerId(n), day),
  },
  {
    name: "builder's overview",
    share: 25,
    as: 'builder',
    path: (_, range) => `/api/builders/me/dashboard?${range}`,
    alone: (handles, n) => getBuilderDashboard(handles, builderId(n), day),
  },
  {
    name: 'one widget',
    share: 10,
    as: 'end_user',
    path: (n) => `/api/widgets/${widgetId(n)}`,
    alone: (handles, n) => getImplementation(handles, owner(n), widgetId(n)),
  },
  {
    name: 'widgets',
    share: 10,
    as: 'end_user',
    path: () => '/api/end-users/me/widgets',
    alone: (handles, n) => pageImplementations(handles, owner(n), first),
  },
  {
    name: 'projects',
    share: 10,
    as: 'builder',
    path: () => '/api/projects',
    alone: (handles, n) => listProjects(handles, builder(n), first),
  },
  {
    name: 'implementations with usage',
    share: 5,
    as: 'builder',
    path: (_, range) => `/api/builders/me/implementations?${range}`,
    alone: (handles, n) => listTrackedImplementations(handles, builder(n), day, first),
  },
]
