import { listImplementations } from '../data/admin'
import { formatAgo, formatMoment, formatNumber, hostOf } from '../format'
import { Status } from '../Panel/Status'
import { Listing } from './Listing'

/** Every widget on every site. */
export const ImplementationsPage = () => (
  <Listing title="Implementations" what="implementations" ask={listImplementations}>
    {(implementations) => (
      <>
        <thead>
          <tr>
            <th scope="col">Implementation</th>
            <th scope="col">Status</th>
            <th scope="col" class="minor">
              Project
            </th>
            <th scope="col" class="minor">
              End user
            </th>
            <th scope="col" class="number">
              Used
            </th>
            <th scope="col" class="number">
              Last active
            </th>
          </tr>
        </thead>
        <tbody>
          {implementations.map((each) => (
            <tr key={each.id}>
              <th scope="row" class="wide" title={each.id}>
                {each.name} <span class="soft">{hostOf(each.implementationUrl)}</span>
              </th>
              <td>
                <Status of={each.status} />
              </td>
              <td class="minor" title={`By ${each.builder.name}`}>
                {each.projectName} {each.version}
              </td>
              <td class="minor">{each.endUser.name}</td>
              <td class="number">{formatNumber(each.usageCount)}</td>
              <td
                class="number soft"
                title={each.lastActivity === null ? undefined : formatMoment(each.lastActivity)}
              >
                {each.lastActivity === null ? 'Never' : formatAgo(each.lastActivity)}
              </td>
            </tr>
          ))}
        </tbody>
      </>
    )}
  </Listing>
)
