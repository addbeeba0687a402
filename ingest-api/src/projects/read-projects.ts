import { and, count, eq, isNull, sql, type SQL } from 'drizzle-orm'
import { projects } from '../../../schema/tables/projects'
import type { Channel, Project, ProjectStatus } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { Actor } from '../accounts/actor'
import { ownedBy } from '../accounts/tenant-filter'
import type { Queryable } from '../database'
import { findPage, hasText, orderOf, pageOf, type Listing, type Page } from '../listing'

/** The projects that a persona may see. */
export const ownProjects = (actor: Pick<Actor, 'userId' | 'persona'>): SQL | undefined =>
  and(ownedBy(actor, { builder_id: projects.builderId }), isNull(projects.deletedAt))

/** @throws OrielError RESOURCE_NOT_FOUND when it does not exist for this actor */
export async function getProject({ db }: { db: Queryable }, actor: Actor, id: string): Promise<Project> {
  const [row] = await db
    .select(projectColumns)
    .from(projects)
    .where(and(eq(projects.id, id), ownProjects(actor)))
  if (!row) throw projectNotFound()
  return toProject(row)
}

export type ProjectListing = Listing<'updatedAt' | 'createdAt' | 'name'> & {
  slug?: string | undefined
  status?: ProjectStatus | undefined
  kind?: Project['kind'] | undefined
}

/** One page of the actor's projects, the last changed first. */
export async function listProjects(
  { db }: { db: Queryable },
  actor: Pick<Actor, 'userId' | 'persona'>,
  listing: ProjectListing,
): Promise<Page<Project>> {
  const { slug, status, kind, search } = listing
  const where = and(
    ownProjects(actor),
    slug === undefined ? undefined : eq(projects.slug, slug),
    status && eq(projects.status, status),
    kind && eq(projects.kind, kind),
    hasText(search, projects.name, projects.slug, projects.description),
  )
  const order = orderOf(listing, projects, 'updatedAt', projects.id)
  const page = findPage(db, projects, where, order, listing)
  const rows = await db
    .select(projectColumns)
    .from(page)
    .innerJoin(projects, eq(projects.id, page.id))
    .orderBy(...order)
  const [counted] = await db.select({ total: count() }).from(projects).where(where)
  return pageOf(rows.map(toProject), listing, counted!.total)
}

export const projectNotFound = () => new OrielError('RESOURCE_NOT_FOUND', 'There is no project with this id.')

/** Everything a project shows, in one row: its lists are gathered where they stand. */
export const projectColumns = {
  id: projects.id,
  builderId: projects.builderId,
  name: projects.name,
  slug: projects.slug,
  description: projects.description,
  kind: projects.kind,
  status: projects.status,
  reviewNote: projects.reviewNote,
  createdAt: projects.createdAt,
  updatedAt: projects.updatedAt,
  channels: sql<Channel[]>`(
    select coalesce(jsonb_agg(jsonb_build_object(
      'name', c.name, 'version', v.version, 'releasedAt', floor(extract(epoch from c.released_at) * 1000)
    ) order by c.name), '[]')
    from channels c join versions v on v.id = c.version_id where c.project_id = projects.id)`,
  latestVersion: sql<string | null>`(
    select v.version from versions v where v.project_id = projects.id order by v.created_at desc, v.id desc limit 1)`,
  implementations: sql<number>`count_sites(${projects.id})`,
}

export const toProject = ({
  createdAt,
  updatedAt,
  ...row
}: Omit<Project, 'createdAt' | 'updatedAt'> & Times): Project => ({
  ...row,
  createdAt: createdAt.getTime(),
  updatedAt: updatedAt.getTime(),
})

type Times = { createdAt: Date; updatedAt: Date }
