import type { BuilderDashboard } from '../../schema/wire/api'
import type { Answer } from '../data/query'
import { Figure, Figures } from '../Figure/Figure'
import { formatDate, formatMoney } from '../format'
import { Panel } from '../Panel/Panel'
import './BuilderDashboard.css'

type Revenue = BuilderDashboard['revenue']

export const RevenueOverview = ({ revenue }: { revenue: Answer<Revenue> }) => (
  <Panel title="Revenue Overview" answer={revenue} lines={4}>
    {(revenue) => (
      <>
        <Figures>
          <Figure label="This month" value={formatMoney(revenue.monthly, revenue.currency)} />
          <Figure label="In total" value={formatMoney(revenue.total, revenue.currency)} />
        </Figures>
        {revenue.series.some(({ amount }) => amount !== 0) ? (
          <Bars revenue={revenue} />
        ) : (
          <p class="plain soft">
            No revenue in this time. Your share of every purchase, and of usage that is billed, shows up here.
          </p>
        )}
      </>
    )}
  </Panel>
)

function Bars({ revenue: { series, currency } }: { revenue: Revenue }) {
  const top = Math.max(...series.map(({ amount }) => amount), 1)
  return (
    <ul class="bars" aria-label="Revenue over time">
      {series.map(({ at, amount }) => (
        <li key={at} title={`${formatDate(at)}: ${formatMoney(amount, currency)}`}>
          <i style={{ height: `${(100 * Math.max(0, amount)) / top}%` }} />
          <span class="unseen">
            {formatDate(at)}: {formatMoney(amount, currency)}
          </span>
        </li>
      ))}
    </ul>
  )
}
