import { eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { channels, projects, versions } from '../../../schema/tables/projects'
import { users } from '../../../schema/tables/users'
import type { AdminImplementation } from '../../../schema/wire/admin'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { findPage, pageOf, type Page } from '../listing'
import { isServed, onChannel } from './find-live-implementation'
import {
  countImplementations,
  isListed,
  orderOfImplementations,
  type ImplementationListing,
} from './read-implementations'

const builders = alias(users, 'builders')
const endUsers = alias(users, 'end_users')

/** One page of all implementations with both parties, the newest first. For the platform's own people. */
export async function listAllImplementations(
  { db }: Pick<Handles, 'db'>,
  actor: Actor,
  listing: ImplementationListing,
): Promise<Page<AdminImplementation>> {
  const order = orderOfImplementations(listing)
  const page = findPage(db, widgetImplementations, isListed(actor, listing), order, listing)
  const rows = await db
    .select({
      row: widgetImplementations,
      projectName: projects.name,
      version: versions.version,
      isPinned: sql<boolean>`${widgetImplementations.pinnedVersionId} is not null`,
      builder: { id: builders.id, name: builders.name },
      endUser: { id: endUsers.id, name: endUsers.name },
    })
    .from(page)
    .innerJoin(widgetImplementations, eq(widgetImplementations.id, page.id))
    .innerJoin(projects, eq(projects.id, widgetImplementations.projectId))
    .innerJoin(builders, eq(builders.id, widgetImplementations.builderId))
    .innerJoin(endUsers, eq(endUsers.id, widgetImplementations.endUserId))
    .leftJoin(channels, onChannel)
    .leftJoin(versions, isServed)
    .orderBy(...order)
  const data = rows.map(({ row, isPinned, version, ...rest }) => ({
    ...rest,
    id: row.id,
    name: row.name,
    projectId: row.projectId,
    implementationUrl: row.implementationUrl,
    channel: row.channel,
    version,
    pinnedVersion: isPinned ? version : null,
    status: row.status,
    usageCount: row.usageCount,
    lastActivity: row.lastActivity?.getTime() ?? null,
    createdAt: row.createdAt.getTime(),
  }))
  return pageOf(data, listing, await countImplementations({ db }, actor, listing))
}
