import type { BuilderDashboard } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { formatDate, formatNumber } from '../format'
import { Panel } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'

export const CustomerManager = ({ customers }: { customers: Answer<BuilderDashboard['customers']> }) => (
  <Panel
    title="Customers"
    class="full"
    answer={customers}
    isEmpty={(customers) => customers.length === 0}
    empty={<p>Whoever puts one of your widgets on a site becomes a customer and is listed here.</p>}
  >
    {(customers) => (
      <Scroll name="Customers">
        <table>
          <thead>
            <tr>
              <th scope="col">Customer</th>
              <th scope="col" class="number">
                Implementations
              </th>
              <th scope="col" class="number minor">
                Since
              </th>
            </tr>
          </thead>
          <tbody>
            {customers.map((customer) => (
              <tr key={customer.id}>
                <th scope="row" class="wide">
                  {customer.name}
                </th>
                <td class="number">{formatNumber(customer.implementations)}</td>
                <td class="number soft minor">{formatDate(customer.since)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    )}
  </Panel>
)
