import type { EndUserDashboard } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { Panel } from '../Panel/Panel'

export const SupportAccess = ({ support }: { support: Answer<EndUserDashboard['support']> }) => (
  <Panel
    title="Support"
    answer={support}
    lines={2}
    isEmpty={({ contact }) => !contact}
    empty={<p>This server names no contact. Whoever runs it can help you.</p>}
  >
    {({ contact }) => (
      <p class="plain">
        Something odd with a widget? Write to{' '}
        {contact?.includes('@') ? <a href={`mailto:${contact}`}>{contact}</a> : contact} and name its id.
      </p>
    )}
  </Panel>
)
