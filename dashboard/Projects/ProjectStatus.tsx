import type { Project } from '../../schema/wire/api'
import '../Panel/Status.css'

const NAMES = {
  draft: 'Draft',
  unlisted: 'Unlisted',
  in_review: 'In review',
  published: 'Listed',
  suspended: 'Suspended',
  archived: 'Archived',
} as const

/** Who can have a project: a draft with a release is open to who has its link, and in no list. */
export const standingOf = ({ status, channels }: Pick<Project, 'status' | 'channels'>): keyof typeof NAMES =>
  status === 'draft' && channels.length > 0 ? 'unlisted' : status

export function ProjectStatus({ project }: { project: Pick<Project, 'status' | 'channels'> }) {
  const standing = standingOf(project)
  return <span class={`status ${standing}`}>{NAMES[standing]}</span>
}
