import { useState } from 'preact/hooks'
import type { ProjectDecision, ReviewRequest } from '../../schema/wire/admin'
import type { Project } from '../../schema/wire/api'
import { listAllProjects, reviewProject } from '../data/admin'
import { Dialog } from '../Dialog/Dialog'
import { Field } from '../Form/Field'
import { Form } from '../Form/Form'
import { formatDate, formatNumber } from '../format'
import { ProjectStatus } from '../Projects/ProjectStatus'
import { complain, toast } from '../Toasts/Toasts'
import { REVIEW_FILTER } from './filters'
import { Listing } from './Listing'

const LABELS: Record<ProjectDecision, string> = {
  approve: 'Approve',
  reject: 'Reject',
  suspend: 'Suspend',
  restore: 'Restore',
}
const DONE: Record<ProjectDecision, string> = {
  approve: 'is in the marketplace',
  reject: 'goes back to its builder',
  suspend: 'is suspended',
  restore: 'is a draft again',
}

/** What can be decided about a project as it is now. */
function decisionsOn({ status }: Project): ProjectDecision[] {
  if (status === 'in_review') return ['approve', 'reject']
  if (status === 'suspended') return ['restore']
  return status === 'archived' ? [] : ['suspend']
}

type Asking = { project: Project; decision: ProjectDecision; refresh: () => void }

/** Every builder's work: what waits to be looked at is let into the marketplace here, or not. */
export function ProjectsPage() {
  const [asking, setAsking] = useState<Asking>()
  const decide = async ({ project, decision, refresh }: Asking, reason?: string) => {
    const body: ReviewRequest = { decision, ...(reason && { reason }) }
    await reviewProject(project.id, body)
    toast(`${project.name} ${DONE[decision]}`)
    setAsking(undefined)
    refresh()
  }
  const begin = (next: Asking) =>
    next.decision === 'reject' || next.decision === 'suspend'
      ? setAsking(next)
      : void decide(next).catch(complain)

  return (
    <>
      <Listing
        title="Projects"
        what="projects"
        ask={listAllProjects}
        filters={[REVIEW_FILTER]}
        columns={(refresh) => [
          {
            title: 'Project',
            sort: 'name',
            tip: ({ id }) => id,
            cell: ({ name, description }) => (
              <>
                {name} <span class="soft">{description}</span>
              </>
            ),
          },
          {
            title: 'Status',
            tip: ({ reviewNote }) => reviewNote ?? undefined,
            cell: (project) => <ProjectStatus project={project} />,
          },
          { title: 'Version', class: 'minor', cell: ({ latestVersion }) => latestVersion ?? '–' },
          {
            title: 'In use',
            class: 'number minor',
            cell: ({ implementations }) => formatNumber(implementations),
          },
          {
            title: 'Changed',
            sort: 'updatedAt',
            class: 'soft minor',
            cell: ({ updatedAt }) => formatDate(updatedAt),
          },
          {
            title: 'Decide',
            class: 'number',
            cell: (project) => (
              <div class="row-actions">
                {decisionsOn(project).map((decision) => (
                  <button
                    key={decision}
                    class="button"
                    aria-label={`${LABELS[decision]} ${project.name}`}
                    onClick={() => begin({ project, decision, refresh })}
                  >
                    {LABELS[decision]}
                  </button>
                ))}
              </div>
            ),
          },
        ]}
      />
      {asking && (
        <Dialog
          title={`${LABELS[asking.decision]} ${asking.project.name}`}
          onClose={() => setAsking(undefined)}
        >
          <Form
            submit={LABELS[asking.decision]}
            class="danger"
            onSubmit={(value) => decide(asking, value('reason'))}
          >
            <Field name="reason" label="Reason" required maxLength={500} hint="The builder reads it." />
          </Form>
        </Dialog>
      )}
    </>
  )
}
