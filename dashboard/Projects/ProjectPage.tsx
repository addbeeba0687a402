import { useState } from 'preact/hooks'
import { useRoute } from 'preact-iso/router'
import type { Channel, Project, Version } from '../../schema/wire/api'
import { getProject, listVersions } from '../data/api'
import { known, useQuery } from '../data/query'
import { formatAgo, formatBytes, formatMoment } from '../format'
import { Failed, Panel, Skeleton } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import { ErrorsPanel } from './ErrorsPanel'
import { ListingPanel } from './ListingPanel'
import { MoveChannelDialog } from './MoveChannelDialog'
import { ProjectStatus } from './ProjectStatus'

/** A project's channels and versions, and the buttons that move one to the other. */
export function ProjectPage() {
  const id = useRoute().params.projectId ?? ''
  const project = useQuery(`projects/${id}`, () => getProject(id))
  const versions = useQuery(`projects/${id}/versions`, () => listVersions(id))
  const [moving, setMoving] = useState<Channel | { name: string }>()

  if (project.state === 'loading') return <Skeleton lines={8} />
  if (project.state === 'failed') return <Failed {...project} />
  const { name, description, channels } = project.data
  return (
    <>
      <div class="title">
        <div>
          <a class="crumb" href="/projects">
            Projects
          </a>
          <h1>{name}</h1>
          <p>{description}</p>
        </div>
        <ProjectStatus project={project.data} />
      </div>
      <div class="grid">
        <Channels channels={channels} onMove={setMoving} />
        <ListingPanel project={project.data} onChanged={project.retry} />
        <Panel
          title="Versions"
          class="full"
          answer={versions}
          isEmpty={(list) => list.length === 0}
          empty={<p>No version yet. Publish one with “npx oriel publish”.</p>}
        >
          {(list) => <Versions versions={list} project={project.data} />}
        </Panel>
        <ErrorsPanel projectId={id} />
      </div>
      {moving && versions.state === 'ready' && (
        <MoveChannelDialog
          projectId={id}
          channel={moving.name}
          current={'version' in moving ? moving.version : undefined}
          versions={versions.data}
          onClose={() => setMoving(undefined)}
          onMoved={project.retry}
        />
      )}
    </>
  )
}

type ChannelsProps = { channels: Channel[]; onMove: (channel: Channel | { name: string }) => void }

const Channels = ({ channels, onMove }: ChannelsProps) => (
  <Panel
    title="Channels"
    class="full"
    answer={known(channels)}
    isEmpty={() => channels.length === 0}
    empty={
      <>
        <p>Nothing is released, so nobody can use this widget yet.</p>
        <button class="button primary" onClick={() => onMove({ name: 'stable' })}>
          Release to stable
        </button>
      </>
    }
  >
    {(channels) => (
      <Scroll name="Channels">
        <table>
          <thead>
            <tr>
              <th scope="col">Channel</th>
              <th scope="col">Version</th>
              <th scope="col" class="wide">
                Released
              </th>
              <th scope="col">
                <span class="unseen">Change</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {channels.map((channel) => (
              <tr key={channel.name}>
                <th scope="row">{channel.name}</th>
                <td>{channel.version}</td>
                <td class="soft" title={formatMoment(channel.releasedAt)}>
                  {formatAgo(channel.releasedAt)}
                </td>
                <td>
                  <button class="button" onClick={() => onMove(channel)}>
                    Change version
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    )}
  </Panel>
)

const Versions = ({ versions, project }: { versions: Version[]; project: Project }) => (
  <Scroll name="Versions">
    <table>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Live on</th>
          <th scope="col" class="wide">
            May connect to
          </th>
          <th scope="col" class="number">
            Size
          </th>
          <th scope="col" class="number">
            Published
          </th>
        </tr>
      </thead>
      <tbody>
        {versions.map(({ id, version, manifest, size, createdAt }) => (
          <tr key={id}>
            <th scope="row">{version}</th>
            <td>
              {project.channels
                .filter((channel) => channel.version === version)
                .map((channel) => channel.name)
                .join(', ') || '–'}
            </td>
            <td class="wide soft">{manifest.permissions.network.join(', ') || 'Nothing'}</td>
            <td class="number">{formatBytes(size)}</td>
            <td class="number soft" title={formatMoment(createdAt)}>
              {formatAgo(createdAt)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
)
