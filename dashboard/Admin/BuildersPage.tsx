import { listBuilders } from '../data/admin'
import { formatDate, formatMoney, formatNumber } from '../format'
import { Status } from '../Panel/Status'
import { Listing } from './Listing'
import { STATE_FILTER } from './filters'

/** Who publishes here, and what came of it. */
export const BuildersPage = () => (
  <Listing
    title="Builders"
    what="builders"
    ask={listBuilders}
    filters={[STATE_FILTER]}
    columns={() => [
      {
        title: 'Builder',
        sort: 'name',
        tip: ({ id }) => id,
        cell: ({ name, email }) => (
          <>
            {name} <span class="soft">{email}</span>
          </>
        ),
      },
      { title: 'State', cell: ({ state }) => <Status of={state} /> },
      {
        title: 'Projects',
        sort: 'projects',
        class: 'number',
        cell: ({ projects }) => formatNumber(projects),
      },
      {
        title: 'In use',
        sort: 'implementations',
        class: 'number',
        cell: ({ implementations }) => formatNumber(implementations),
      },
      {
        title: 'Revenue',
        sort: 'revenue',
        class: 'number',
        cell: ({ revenue, currency }) => formatMoney(revenue, currency),
      },
      {
        title: 'Since',
        sort: 'createdAt',
        class: 'number soft minor',
        cell: ({ createdAt }) => formatDate(createdAt),
      },
    ]}
  />
)
