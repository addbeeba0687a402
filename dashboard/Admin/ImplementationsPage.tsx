import { listImplementations } from '../data/admin'
import { formatAgo, formatDate, formatMoment, formatNumber, hostOf } from '../format'
import { Status } from '../Panel/Status'
import { Listing } from './Listing'
import { STATUS_FILTER } from './filters'

/** Every widget on every site. */
export const ImplementationsPage = () => (
  <Listing
    title="Implementations"
    what="implementations"
    ask={listImplementations}
    filters={[STATUS_FILTER]}
    columns={() => [
      {
        title: 'Implementation',
        sort: 'name',
        tip: ({ id }) => id,
        cell: ({ name, implementationUrl }) => (
          <>
            {name} <span class="soft">{hostOf(implementationUrl)}</span>
          </>
        ),
      },
      { title: 'Status', cell: ({ status }) => <Status of={status} /> },
      {
        title: 'Project',
        class: 'minor',
        tip: ({ builder }) => `By ${builder.name}`,
        cell: ({ projectName, version }) => `${projectName} ${version ?? ''}`,
      },
      { title: 'End user', class: 'minor', cell: ({ endUser }) => endUser.name },
      {
        title: 'Used',
        sort: 'usageCount',
        class: 'number',
        cell: ({ usageCount }) => formatNumber(usageCount),
      },
      {
        title: 'Last active',
        sort: 'lastActivity',
        class: 'number soft',
        tip: ({ lastActivity }) => (lastActivity === null ? undefined : formatMoment(lastActivity)),
        cell: ({ lastActivity }) => (lastActivity === null ? 'Never' : formatAgo(lastActivity)),
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
