import type { EndUserDashboard } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { Figure, Figures } from '../Figure/Figure'
import { formatMoney } from '../format'
import { Panel } from '../Panel/Panel'

export const BillingOverview = ({ billing }: { billing: Answer<EndUserDashboard['billing']> }) => (
  <Panel title="Billing" answer={billing} lines={2}>
    {({ currency, monthly, total }) => (
      <Figures>
        <Figure label="This month" value={formatMoney(monthly, currency)} />
        <Figure label="In total" value={formatMoney(total, currency)} />
      </Figures>
    )}
  </Panel>
)
