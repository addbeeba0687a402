import { projects } from '../../../schema/tables/projects'
import type { Project } from '../../../schema/wire/api'
import type { CreateProjectRequest } from '../../../schema/wire/requests'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { countOf, enforceLimit } from '../limits/enforce-limit'
import { newId } from '../new-id'
import { getProject } from './read-projects'
import { slugOf, takenSlug } from './slug'

/**
 * Opens a project of the actor's.
 * @throws OrielError LIMIT_EXCEEDED; RESOURCE_CONFLICT when the actor has a project with this slug
 */
export async function createProject(
  { db }: Pick<Handles, 'db'>,
  { actor, requestId }: By,
  { name, slug = slugOf(name), description = '', kind = 'widget' }: CreateProjectRequest,
): Promise<Project> {
  const id = newId('project')
  const values = { id, builderId: actor.userId, slug, name, description, kind }
  await db
    .transaction(async (tx) => {
      await enforceLimit(tx, 'projects', actor, countOf.projects(actor.userId))
      await tx.insert(projects).values(values)
      await writeAudit(tx, {
        actor,
        requestId,
        action: 'project.create',
        resource: { type: 'project', id },
        after: values,
      })
    })
    .catch(takenSlug(slug))
  return getProject({ db }, actor, id)
}
