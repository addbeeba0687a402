import type { BuilderImplementation } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { Fresh } from '../Figure/Figure'
import { formatAgo, formatMoment, formatNumber, hostOf } from '../format'
import { Panel } from '../Panel/Panel'
import { Status } from '../Panel/Status'
import { Scroll } from '../Scroll/Scroll'

/** Where a builder's widgets stand, and how they fare there in the chosen time. */
export const ImplementationTracker = ({
  implementations,
}: {
  implementations: Answer<BuilderImplementation[]>
}) => (
  <Panel
    title="Implementations"
    class="full"
    answer={implementations}
    isEmpty={(implementations) => implementations.length === 0}
    empty={<p>Nobody uses your widgets yet. A project with a released version stands in the marketplace.</p>}
  >
    {(implementations) => (
      <Scroll name="Implementations">
        <table>
          <thead>
            <tr>
              <th scope="col">Widget</th>
              <th scope="col" class="minor">
                Site
              </th>
              <th scope="col" class="minor">
                Customer
              </th>
              <th scope="col" class="minor">
                Version
              </th>
              <th scope="col" class="minor">
                Status
              </th>
              <th scope="col" class="number">
                Loads
              </th>
              <th scope="col" class="number">
                Interactions
              </th>
              <th scope="col" class="number">
                Errors
              </th>
              <th scope="col" class="number minor">
                Last seen
              </th>
            </tr>
          </thead>
          <tbody>
            {implementations.map((each) => (
              <tr key={each.id}>
                <th scope="row" class="wide" title={each.projectName}>
                  {each.name}
                </th>
                <td class="minor" title={each.implementationUrl}>
                  {hostOf(each.implementationUrl)}
                </td>
                <td class="minor">{each.customer.name}</td>
                <td class="minor" title={each.pinnedVersion ? 'Pinned' : `Follows ${each.channel}`}>
                  {each.version ?? '–'}
                </td>
                <td class="minor">
                  <Status of={each.status} />
                </td>
                <td class="number">
                  <Fresh value={formatNumber(each.usage.loads)} />
                </td>
                <td class="number">
                  <Fresh value={formatNumber(each.usage.interactions)} />
                </td>
                <td class="number">
                  <Fresh value={formatNumber(each.usage.errors)} />
                </td>
                <td
                  class="number soft minor"
                  title={each.lastActivity ? formatMoment(each.lastActivity) : 'Never'}
                >
                  {each.lastActivity ? formatAgo(each.lastActivity) : '–'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    )}
  </Panel>
)
