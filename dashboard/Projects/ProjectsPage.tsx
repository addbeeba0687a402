import { useState } from 'preact/hooks'
import { listProjects } from '../data/api'
import { pick, useQuery } from '../data/query'
import { formatDate, formatNumber } from '../format'
import { Pager } from '../Panel/Pager'
import { Panel, Trouble } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import { PublishHint } from './PublishHint'
import { ProjectStatus } from './ProjectStatus'

export function ProjectsPage() {
  const [page, setPage] = useState(1)
  const answer = useQuery(`projects ${page}`, () => listProjects(page))
  return (
    <>
      <div class="title">
        <div>
          <h1>Projects</h1>
          <p>Your widgets: what is published, and what runs where.</p>
        </div>
        <Trouble answer={answer} />
      </div>
      <Panel
        title="All projects"
        answer={pick(answer, (list) => list.data)}
        lines={5}
        isEmpty={(projects) => projects.length === 0}
        empty={<PublishHint />}
      >
        {(projects) => (
          <Scroll name="All projects">
            <table>
              <thead>
                <tr>
                  <th scope="col">Project</th>
                  <th scope="col">Status</th>
                  <th scope="col">Channels</th>
                  <th scope="col">Newest</th>
                  <th scope="col" class="number">
                    In use
                  </th>
                  <th scope="col" class="number">
                    Changed
                  </th>
                </tr>
              </thead>
              <tbody>
                {projects.map((project) => (
                  <tr key={project.id}>
                    <th scope="row" class="wide">
                      <a href={`/projects/${project.id}`}>{project.name}</a>
                      <span class="soft"> {project.description}</span>
                    </th>
                    <td>
                      <ProjectStatus project={project} />
                    </td>
                    <td>
                      {project.channels.map(({ name, version }) => `${name} ${version}`).join(', ') || '–'}
                    </td>
                    <td>{project.latestVersion ?? '–'}</td>
                    <td class="number">{formatNumber(project.implementations)}</td>
                    <td class="number soft">{formatDate(project.updatedAt)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Panel>
      <Pager pagination={answer.state === 'ready' ? answer.data.pagination : undefined} onPage={setPage} />
    </>
  )
}
