import { useState } from 'preact/hooks'
import type { Project } from '../../schema/wire/api'
import { listMarketplace } from '../data/api'
import { pick, useQuery } from '../data/query'
import { formatNumber } from '../format'
import { Pager } from '../Panel/Pager'
import { Panel, Trouble } from '../Panel/Panel'
import { ProjectStatus } from '../Projects/ProjectStatus'
import { useUser } from '../User/UserProvider'
import { ImplementDialog } from './ImplementDialog'
import './Marketplace.css'

/** What a site owner can choose from. Builders look, end users take. */
export function MarketplacePage() {
  const { persona } = useUser()
  const [page, setPage] = useState(1)
  const [chosen, setChosen] = useState<Project>()
  const answer = useQuery(`marketplace ${page}`, () => listMarketplace(page))
  return (
    <>
      <div class="title">
        <div>
          <h1>Marketplace</h1>
          <p>Widgets that we have looked at, ready for your site.</p>
        </div>
        <Trouble answer={answer} />
      </div>
      <Panel
        title="Listed widgets"
        answer={pick(answer, (list) => list.data)}
        lines={6}
        isEmpty={(projects) => projects.length === 0}
        empty={
          <p>
            Nothing is listed yet. A builder submits a released widget for review; once it is approved, it is
            here.
          </p>
        }
      >
        {(projects) => (
          <ul class="offers">
            {projects.map((project) => (
              <li key={project.id}>
                <h3>
                  <a href={`/marketplace/${project.id}`}>{project.name}</a>
                </h3>
                <p class="soft">{project.description}</p>
                <footer>
                  <span class="soft">
                    {project.status !== 'published' && <ProjectStatus project={project} />}{' '}
                    {project.latestVersion} · on {formatNumber(project.implementations)}{' '}
                    {project.implementations === 1 ? 'site' : 'sites'}
                  </span>
                  {persona === 'end_user' && (
                    <button class="button" onClick={() => setChosen(project)}>
                      Add to my site
                    </button>
                  )}
                </footer>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Pager pagination={answer.state === 'ready' ? answer.data.pagination : undefined} onPage={setPage} />
      {chosen && <ImplementDialog project={chosen} onClose={() => setChosen(undefined)} />}
    </>
  )
}
