import { eq } from 'drizzle-orm'
import { projects } from '../../../schema/tables/projects'
import type { ProjectDecision, ReviewRequest } from '../../../schema/wire/admin'
import type { Project, ProjectStatus } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { lockProject } from './change-project'
import { getProject } from './read-projects'

type Step = { from: ProjectStatus[]; to: ProjectStatus }

const SUBMIT: Step = { from: ['draft'], to: 'in_review' }
/** What each decision leads to, and from where it can be taken. A suspension is lifted into a draft, to be looked at. */
const DECISIONS: Record<ProjectDecision, Step> = {
  approve: { from: ['in_review'], to: 'published' },
  reject: { from: ['in_review'], to: 'draft' },
  suspend: { from: ['draft', 'in_review', 'published'], to: 'suspended' },
  restore: { from: ['suspended'], to: 'draft' },
}

/**
 * Asks the platform to list a project.
 * @throws OrielError RESOURCE_NOT_FOUND; RESOURCE_CONFLICT unless it is a draft with something released
 */
export async function submitProject(
  handles: Pick<Handles, 'db' | 'now'>,
  by: By,
  id: string,
): Promise<Project> {
  const { channels } = await getProject(handles, by.actor, id)
  if (channels.length === 0)
    throw new OrielError(
      'RESOURCE_CONFLICT',
      'Release a version first, so that there is something to review.',
    )
  return moveProject(handles, by, id, 'submit', SUBMIT, null)
}

/**
 * Decides on a project for the platform. The builder can read the reason.
 * @throws OrielError RESOURCE_NOT_FOUND; RESOURCE_CONFLICT when its status does not allow the decision
 */
export const reviewProject = (
  handles: Pick<Handles, 'db' | 'now'>,
  by: By,
  id: string,
  { decision, reason }: ReviewRequest,
): Promise<Project> => moveProject(handles, by, id, decision, DECISIONS[decision], reason ?? null)

async function moveProject(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  id: string,
  verb: 'submit' | ProjectDecision,
  { from, to }: Step,
  reason: string | null,
): Promise<Project> {
  await db.transaction(async (tx) => {
    const { status } = await lockProject(tx, actor, id)
    if (!from.includes(status))
      throw new OrielError(
        'RESOURCE_CONFLICT',
        `This project is ${status.replace('_', ' ')}; only one that is ${from.join(' or ').replace('_', ' ')} can be ${PAST[verb]}.`,
      )
    await tx
      .update(projects)
      .set({ status: to, reviewNote: reason, updatedAt: new Date(now()) })
      .where(eq(projects.id, id))
    await writeAudit(tx, {
      actor,
      requestId,
      action: `project.${verb}`,
      resource: { type: 'project', id },
      before: { status },
      after: { status: to, ...(reason && { reason }) },
    })
  })
  return getProject({ db }, actor, id)
}

const PAST: Record<'submit' | ProjectDecision, string> = {
  submit: 'submitted',
  approve: 'approved',
  reject: 'rejected',
  suspend: 'suspended',
  restore: 'restored',
}
