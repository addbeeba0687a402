import type { ComponentChildren } from 'preact'
import type { Project } from '../../schema/wire/api'
import { CopyButton } from '../Copy/CopyButton'
import { submitProject } from '../data/api'
import { known } from '../data/query'
import { Panel } from '../Panel/Panel'
import { complain, toast } from '../Toasts/Toasts'
import { standingOf } from './ProjectStatus'
import '../Marketplace/Marketplace.css'

type Standing = ReturnType<typeof standingOf>

const MEANINGS: Record<Standing, string> = {
  draft: 'Nobody else can see it. Once a version is released, whoever has its link can add it to a site.',
  unlisted: 'It is not in the marketplace. Whoever has its link can add it to a site.',
  in_review: 'We are looking at it. Until then, whoever has its link can add it to a site.',
  published: 'It is in the marketplace. What you release next is there at once, without another review.',
  suspended: 'Oriel has suspended it: nobody can add it, and sites that have it show nothing.',
  archived: 'It is archived: nobody can add it to a site now.',
}
const HAS_LINK: Standing[] = ['unlisted', 'in_review', 'published']

/** Who can find a project and add it, and the way into the marketplace. */
export function ListingPanel({ project, onChanged }: { project: Project; onChanged: () => void }) {
  const standing = standingOf(project)
  const link = `${location.origin}/marketplace/${project.id}`
  const submit = async () => {
    await submitProject(project.id)
    toast('It is on its way to our review')
    onChanged()
  }
  const actions: ComponentChildren = standing === 'unlisted' && (
    <button class="button" onClick={() => void submit().catch(complain)}>
      Submit for listing
    </button>
  )
  return (
    <Panel title="Marketplace" class="full" answer={known(project)} actions={actions}>
      {({ reviewNote }) => (
        <>
          <p class="plain">{MEANINGS[standing]}</p>
          {reviewNote && <p class="plain soft">What our review says: {reviewNote}</p>}
          {HAS_LINK.includes(standing) && (
            <div class="actions link">
              <code id="project-link">{link}</code>
              <CopyButton text={link} shownIn="project-link" isMinor />
            </div>
          )}
        </>
      )}
    </Panel>
  )
}
