import { listBuilders } from '../data/admin'
import { formatDate, formatMoney, formatNumber } from '../format'
import { Status } from '../Panel/Status'
import { Listing } from './Listing'

/** Who publishes here, and what came of it. */
export const BuildersPage = () => (
  <Listing title="Builders" what="builders" ask={listBuilders}>
    {(builders) => (
      <>
        <thead>
          <tr>
            <th scope="col">Builder</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Projects
            </th>
            <th scope="col" class="number">
              In use
            </th>
            <th scope="col" class="number">
              Revenue
            </th>
            <th scope="col" class="number minor">
              Since
            </th>
          </tr>
        </thead>
        <tbody>
          {builders.map((builder) => (
            <tr key={builder.id}>
              <th scope="row" class="wide" title={builder.id}>
                {builder.name} <span class="soft">{builder.email}</span>
              </th>
              <td>
                <Status of={builder.state} />
              </td>
              <td class="number">{formatNumber(builder.projects)}</td>
              <td class="number">{formatNumber(builder.implementations)}</td>
              <td class="number">{formatMoney(builder.revenue, builder.currency)}</td>
              <td class="number soft minor">{formatDate(builder.createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </>
    )}
  </Listing>
)
