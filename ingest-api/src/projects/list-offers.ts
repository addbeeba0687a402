import { and, count, eq, isNull, notInArray, or, type SQL } from 'drizzle-orm'
import { channels, projects, versions } from '../../../schema/tables/projects'
import { users } from '../../../schema/tables/users'
import type { Offer, Project } from '../../../schema/wire/api'
import type { Manifest } from '../../../schema/wire/manifest'
import type { Actor } from '../accounts/actor'
import type { Queryable } from '../database'
import { hasText, offsetOf, orderOf, pageOf, type Listing, type Page } from '../listing'
import { projectColumns, projectNotFound, toProject } from './read-projects'

/**
 * A project that whoever has its id may implement once it has a release: its builder gives the link away. To be found
 * in the marketplace it needs a review besides.
 */
export const isOffered = and(
  isNull(projects.deletedAt),
  notInArray(projects.status, ['suspended', 'archived']),
)

export type OfferListing = Listing<'releasedAt' | 'name'> & { kind?: Project['kind'] | undefined }

/** One page of what is listed in the marketplace, and of the actor's own work, the last released first. */
export async function listOffers(
  { db }: { db: Queryable },
  { userId }: Pick<Actor, 'userId'>,
  listing: OfferListing,
): Promise<Page<Offer>> {
  const where = and(
    isOffered,
    or(eq(projects.status, 'published'), eq(projects.builderId, userId)),
    listing.kind && eq(projects.kind, listing.kind),
    hasText(listing.search, projects.name, projects.slug, projects.description),
  )
  const [data, [counted]] = await Promise.all([
    readOffers(db, where, listing),
    db.select({ total: count() }).from(projects).innerJoin(channels, isStable).where(where),
  ])
  return pageOf(data, listing, counted!.total)
}

/** One by its id, listed or not. @throws OrielError RESOURCE_NOT_FOUND when there is no such project or it has no stable release */
export async function getOffer({ db }: { db: Queryable }, id: string): Promise<Offer> {
  const [offer] = await readOffers(db, and(eq(projects.id, id), isOffered), { page: 1, limit: 1 })
  if (!offer) throw projectNotFound()
  return offer
}

const isStable = and(eq(channels.projectId, projects.id), eq(channels.name, 'stable'))

async function readOffers(db: Queryable, where: SQL | undefined, listing: OfferListing) {
  const order = orderOf(
    listing,
    { releasedAt: channels.releasedAt, name: projects.name },
    'releasedAt',
    projects.id,
  )
  const page = db
    .select({ id: projects.id })
    .from(projects)
    .innerJoin(channels, isStable)
    .where(where)
    .orderBy(...order)
    .limit(listing.limit)
    .offset(offsetOf(listing))
    .as('page')
  const rows = await db
    .select({
      project: projectColumns,
      builder: { id: users.id, name: users.name },
      manifest: versions.manifest,
    })
    .from(page)
    .innerJoin(projects, eq(projects.id, page.id))
    .innerJoin(channels, isStable)
    .innerJoin(versions, eq(versions.id, channels.versionId))
    .innerJoin(users, eq(users.id, projects.builderId))
    .orderBy(...order)
  return rows.map(({ project, builder, manifest }) => toOffer(toProject(project), builder, manifest))
}

/** What is published and not released stays the builder's business, so the newest version is the stable one. */
const toOffer = (project: Project, builder: Offer['builder'], manifest: Manifest): Offer => ({
  ...project,
  builder,
  latestVersion: manifest.version,
  title: manifest.title,
  description: manifest.description || project.description,
  configSchema: manifest.config,
  presets: manifest.presets,
  permissions: manifest.permissions,
})
