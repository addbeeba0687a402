import type { WidgetError } from '../../schema/wire/api'
import { listErrors } from '../data/api'
import { useQuery } from '../data/query'
import { formatAgo, formatMoment } from '../format'
import { Panel } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import './ErrorsPanel.css'

/** What went wrong at visitors', alike errors together, each with the place in the builder's own sources. */
export function ErrorsPanel({ projectId }: { projectId: string }) {
  const errors = useQuery(`projects/${projectId}/errors`, () => listErrors(projectId))
  return (
    <Panel
      title="Errors"
      class="full"
      answer={errors}
      isEmpty={(list) => list.length === 0}
      empty={<p>Nothing went wrong at visitors’ in the last 30 days.</p>}
    >
      {(list) => (
        <Scroll name="Errors">
          <table class="errors">
            <thead>
              <tr>
                <th scope="col">Error</th>
                <th scope="col">Version</th>
                <th scope="col" class="number">
                  Times
                </th>
                <th scope="col" class="number">
                  Last
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((error) => (
                <tr key={`${error.version} ${error.name} ${error.message}`}>
                  <td>
                    <What {...error} />
                  </td>
                  <td>{error.version}</td>
                  <td class="number">{error.count}</td>
                  <td class="number soft" title={formatMoment(error.lastAt)}>
                    {formatAgo(error.lastAt)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  )
}

const What = ({ name, message, stack }: WidgetError) => {
  const words = (
    <>
      <b>{name}</b> {message}
    </>
  )
  if (!stack) return words
  return (
    <details>
      <summary>{words}</summary>
      <pre>{stack}</pre>
    </details>
  )
}
