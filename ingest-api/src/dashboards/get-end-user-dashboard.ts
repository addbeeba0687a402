import type { EndUserDashboard, Implementation, Usage } from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { getImplementation, listImplementations } from '../implementations/read-implementations'
import type { UsageQuestion } from '../reports/count-usage'
import { keptRecentEvents, keptUsage } from './kept-reports'
import { readRevenueSum } from './read-revenue-sum'

type Needs = Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'config' | 'now'>

const MOST_WIDGETS = 100
const RECENT_EVENTS = 20

/** Everything a site owner sees first: the widgets, how they are used, what they cost, whom to ask. */
export async function getEndUserDashboard(
  handles: Needs,
  endUserId: string,
  question: UsageQuestion,
): Promise<EndUserDashboard> {
  const owner = ownerOf(endUserId)
  const widgets = await handles.caches.reads(['widgets', endUserId], () => listWidgets(handles, owner))
  const tenant = tenantOf(widgets)
  const [usage, recent, billing] = await Promise.all([
    keptUsage(handles, tenant, question),
    keptRecentEvents(handles, tenant, question, RECENT_EVENTS),
    readRevenueSum(handles, owner),
  ])
  return { widgets, usage, recent, billing, support: { contact: handles.config.supportContact } }
}

/**
 * Usage of all of a site owner's widgets, or of one.
 * @throws OrielError RESOURCE_NOT_FOUND when that one is somebody else's
 */
export async function getEndUserUsage(
  handles: Needs,
  endUserId: string,
  question: UsageQuestion,
  implementationId: string | undefined,
): Promise<Usage> {
  const owner = ownerOf(endUserId)
  const widgets = implementationId
    ? [await getImplementation(handles, owner, implementationId)]
    : await listWidgets(handles, owner)
  return keptUsage(handles, tenantOf(widgets), question)
}

const ownerOf = (userId: string): Pick<Actor, 'userId' | 'persona'> => ({ userId, persona: 'end_user' })

const listWidgets = (handles: Needs, owner: ReturnType<typeof ownerOf>) =>
  listImplementations(handles, owner, { page: 1, limit: MOST_WIDGETS })

const tenantOf = (widgets: Implementation[]) => ({
  whose: 'implementations' as const,
  builderIds: widgets.map(({ builderId }) => builderId),
  implementationIds: widgets.map(({ id }) => id),
})
