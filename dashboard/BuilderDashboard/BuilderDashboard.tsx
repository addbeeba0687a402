import { getBuilderDashboard, getForecast } from '../data/api'
import { pick, useQuery } from '../data/query'
import { range } from '../data/range'
import { Failed, Trouble } from '../Panel/Panel'
import { Insights } from '../Usage/Insights'
import { UsageAnalytics } from '../Usage/UsageAnalytics'
import { CustomerManager } from './CustomerManager'
import { EventAccounting } from './EventAccounting'
import { ImplementationTracker } from './ImplementationTracker'
import { ProjectPortfolio } from './ProjectPortfolio'
import { RevenueOverview } from './RevenueOverview'

/** What came of a builder's widgets: money, use, and who has them where. */
export function BuilderDashboard({ builderId }: { builderId: string }) {
  const name = range.value
  const key = `builders/${builderId} ${name}`
  const answer = useQuery(key, () => getBuilderDashboard(builderId, name), true)
  const forecast = useQuery(`forecast ${name}`, () => getForecast(name))
  return (
    <>
      <div class="title">
        <div>
          <h1>Overview</h1>
        </div>
        <Trouble answer={answer} />
      </div>
      {answer.state === 'failed' ? (
        <Failed {...answer} />
      ) : (
        <div class="grid">
          <RevenueOverview revenue={pick(answer, (data) => data.revenue)} />
          <ProjectPortfolio projects={pick(answer, (data) => data.projects)} />
          <div class="full">
            <UsageAnalytics usage={pick(answer, (data) => data.usage)} forecast={forecast} />
          </div>
          <Insights />
          <ImplementationTracker implementations={pick(answer, (data) => data.implementations)} />
          <EventAccounting builderId={builderId} />
          <CustomerManager customers={pick(answer, (data) => data.customers)} />
        </div>
      )}
    </>
  )
}
