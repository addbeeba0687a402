import { getEndUserDashboard, getForecast } from '../data/api'
import { pick, useQuery } from '../data/query'
import { range } from '../data/range'
import { Icon } from '../Icon/Icon'
import { Failed, Trouble } from '../Panel/Panel'
import { Insights } from '../Usage/Insights'
import { UsageAnalytics } from '../Usage/UsageAnalytics'
import { BillingOverview } from './BillingOverview'
import { RecentActivity } from './RecentActivity'
import { SupportAccess } from './SupportAccess'
import { WidgetPortfolio } from './WidgetPortfolio'

/** A site owner's widgets and what visitors do with them. */
export function EndUserDashboard({ endUserId }: { endUserId: string }) {
  const name = range.value
  const key = `end-users/${endUserId} ${name}`
  const answer = useQuery(key, () => getEndUserDashboard(endUserId, name), true)
  const forecast = useQuery(`forecast ${name}`, () => getForecast(name))
  return (
    <>
      <div class="title">
        <div>
          <h1>Overview</h1>
        </div>
        <Trouble answer={answer} />
        <a class="button primary" href="/marketplace">
          <Icon name="store" /> Add a widget
        </a>
      </div>
      {answer.state === 'failed' ? (
        <Failed {...answer} />
      ) : (
        <div class="grid">
          <div class="full">
            <UsageAnalytics usage={pick(answer, (data) => data.usage)} forecast={forecast} />
          </div>
          <Insights />
          <WidgetPortfolio widgets={pick(answer, (data) => data.widgets)} />
          <RecentActivity events={pick(answer, (data) => data)} />
          <div class="stack">
            <BillingOverview billing={pick(answer, (data) => data.billing)} />
            <SupportAccess support={pick(answer, (data) => data.support)} />
          </div>
        </div>
      )}
    </>
  )
}
