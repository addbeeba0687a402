import type { Project } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { formatNumber } from '../format'
import { Panel } from '../Panel/Panel'
import { PublishHint } from '../Projects/PublishHint'
import { ProjectStatus } from '../Projects/ProjectStatus'
import { Scroll } from '../Scroll/Scroll'

export const ProjectPortfolio = ({ projects }: { projects: Answer<Project[]> }) => (
  <Panel
    title="Project Portfolio"
    answer={projects}
    actions={<a href="/projects">All projects</a>}
    isEmpty={(projects) => projects.length === 0}
    empty={<PublishHint />}
  >
    {(projects) => (
      <Scroll name="Project Portfolio">
        <table>
          <thead>
            <tr>
              <th scope="col">Project</th>
              <th scope="col">Version</th>
              <th scope="col">Status</th>
              <th scope="col" class="number">
                In use
              </th>
            </tr>
          </thead>
          <tbody>
            {projects.map((project) => (
              <tr key={project.id}>
                <th scope="row" class="wide">
                  <a href={`/projects/${project.id}`}>{project.name}</a>
                </th>
                <td>{project.latestVersion ?? '–'}</td>
                <td>
                  <ProjectStatus project={project} />
                </td>
                <td class="number">{formatNumber(project.implementations)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    )}
  </Panel>
)
