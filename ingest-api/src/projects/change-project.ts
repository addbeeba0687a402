import { and, count, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { projects } from '../../../schema/tables/projects'
import type { Project } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { UpdateProjectRequest } from '../../../schema/wire/requests'
import type { Actor, By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import { ownedBy } from '../accounts/tenant-filter'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { countOf, enforceLimit } from '../limits/enforce-limit'
import { getProject, ownProjects, projectNotFound } from './read-projects'
import { takenSlug } from './slug'

/**
 * Changes how a project presents itself.
 * @throws OrielError RESOURCE_NOT_FOUND, RESOURCE_CONFLICT when the slug is taken
 */
export async function updateProject(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
  changes: UpdateProjectRequest,
): Promise<Project> {
  await db
    .transaction(async (tx) => {
      const { name, slug, description } = await lockProject(tx, actor, id)
      await tx
        .update(projects)
        .set({ ...changes, updatedAt: new Date(now()) })
        .where(eq(projects.id, id))
      await writeAudit(tx, {
        actor,
        requestId,
        action: 'project.update',
        resource: { type: 'project', id },
        before: { name, slug, description },
        after: changes,
      })
    })
    .catch(takenSlug(changes.slug))
  return getProject({ db }, actor, id)
}

/**
 * Takes a project away; its versions and history stay on record.
 * @throws OrielError RESOURCE_NOT_FOUND, RESOURCE_CONFLICT while sites use it
 */
export async function deleteProject(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockProject(tx, actor, id)
    const [used] = await tx
      .select({ sites: count() })
      .from(widgetImplementations)
      .where(and(eq(widgetImplementations.projectId, id), isNull(widgetImplementations.deletedAt)))
    if (used!.sites > 0)
      throw new OrielError(
        'RESOURCE_CONFLICT',
        `This project is in use: implementations of it: ${used!.sites}.`,
      )
    await tx
      .update(projects)
      .set({ deletedAt: new Date(now()) })
      .where(eq(projects.id, id))
    await writeAudit(tx, { actor, requestId, action: 'project.delete', resource: { type: 'project', id } })
  })
}

/**
 * Brings a deleted project back as it was.
 * @throws OrielError RESOURCE_NOT_FOUND when no deleted one has this id; RESOURCE_CONFLICT when its slug is taken by
 * now; LIMIT_EXCEEDED
 */
export async function restoreProject(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
): Promise<Project> {
  const isDeleted = and(
    eq(projects.id, id),
    isNotNull(projects.deletedAt),
    ownedBy(actor, { builder_id: projects.builderId }),
  )
  await db
    .transaction(async (tx) => {
      const [restored] = await tx
        .update(projects)
        .set({ deletedAt: null, updatedAt: new Date(now()) })
        .where(isDeleted)
        .returning({ builderId: projects.builderId })
      if (!restored) throw projectNotFound()
      const { builderId } = restored
      await enforceLimit(
        tx,
        'projects',
        { userId: builderId },
        sql`${countOf.projects(builderId)} and id <> ${id}`,
      )
      await writeAudit(tx, { actor, requestId, action: 'project.restore', resource: { type: 'project', id } })
    })
    .catch(takenSlug('of this one'))
  return getProject({ db }, actor, id)
}

/**
 * Reads a project of the actor's and keeps others from changing it until the transaction ends.
 * @throws OrielError RESOURCE_NOT_FOUND
 */
export async function lockProject(
  tx: Queryable,
  actor: Actor,
  id: string,
): Promise<typeof projects.$inferSelect> {
  const [project] = await tx
    .select()
    .from(projects)
    .where(and(eq(projects.id, id), ownProjects(actor)))
    .for('update')
  if (!project) throw projectNotFound()
  return project
}
