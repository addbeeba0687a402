import type { PlatformAnalytics } from '../../schema/wire/api'
import { getPlatformAnalytics } from '../data/api'
import { pick, useQuery, type Answer } from '../data/query'
import { range } from '../data/range'
import { Figure, Figures, Fresh } from '../Figure/Figure'
import { formatMoney, formatNumber } from '../format'
import { Failed, Panel, Trouble } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import { UsageAnalytics } from '../Usage/UsageAnalytics'

/** The whole platform at a glance. */
export function AdminDashboard() {
  const name = range.value
  const answer = useQuery(`platform ${name}`, () => getPlatformAnalytics(name), true)
  return (
    <>
      <div class="title">
        <div>
          <h1>Platform</h1>
        </div>
        <Trouble answer={answer} />
      </div>
      {answer.state === 'failed' ? (
        <Failed {...answer} />
      ) : (
        <>
          <div class="grid glance">
            <Users users={pick(answer, (data) => data.users)} />
            <Revenue revenue={pick(answer, (data) => data.revenue)} />
            <Implementations answer={answer} />
          </div>
          <div class="grid">
            <div class="full">
              <UsageAnalytics usage={pick(answer, (data) => data.usage)} />
            </div>
            <Top top={pick(answer, (data) => data.top)} />
          </div>
        </>
      )}
    </>
  )
}

const Users = ({ users }: { users: Answer<PlatformAnalytics['users']> }) => (
  <Panel title="Users" answer={users} lines={2}>
    {(users) => (
      <Figures>
        <Figure label="Builders" value={formatNumber(users.builder)} />
        <Figure label="End users" value={formatNumber(users.end_user)} />
        <Figure label="Admins" value={formatNumber(users.super_admin)} />
      </Figures>
    )}
  </Panel>
)

const Revenue = ({ revenue }: { revenue: Answer<PlatformAnalytics['revenue']> }) => (
  <Panel title="Revenue" answer={revenue} lines={2}>
    {({ currency, monthly, total }) => (
      <Figures>
        <Figure label="This month" value={formatMoney(monthly, currency)} />
        <Figure label="In total" value={formatMoney(total, currency)} />
      </Figures>
    )}
  </Panel>
)

const Implementations = ({ answer }: { answer: Answer<PlatformAnalytics> }) => (
  <Panel title="Projects and implementations" answer={answer} lines={2}>
    {({ projects, implementations }) => (
      <Figures>
        <Figure label="Projects" value={formatNumber(projects)} />
        <Figure label="Active" value={formatNumber(implementations.active)} />
        <Figure label="Paused" value={formatNumber(implementations.paused)} />
        <Figure label="Suspended" value={formatNumber(implementations.suspended)} />
        <Figure label="Over limit" value={formatNumber(implementations.over_limit)} />
      </Figures>
    )}
  </Panel>
)

const Top = ({ top }: { top: Answer<PlatformAnalytics['top']> }) => (
  <Panel
    title="Most used implementations"
    class="full"
    answer={top}
    isEmpty={(top) => top.length === 0}
    empty={<p>No widget was loaded in this time.</p>}
  >
    {(top) => (
      <Scroll name="Most used implementations">
        <table>
          <thead>
            <tr>
              <th scope="col">Implementation</th>
              <th scope="col">Project</th>
              <th scope="col" class="number">
                Loads
              </th>
              <th scope="col" class="number">
                Interactions
              </th>
              <th scope="col" class="number">
                Errors
              </th>
            </tr>
          </thead>
          <tbody>
            {top.map((each) => (
              <tr key={each.implementationId}>
                <th scope="row" class="wide" title={each.implementationId}>
                  {each.name}
                </th>
                <td>{each.projectName}</td>
                <td class="number">
                  <Fresh value={formatNumber(each.loads)} />
                </td>
                <td class="number">
                  <Fresh value={formatNumber(each.interactions)} />
                </td>
                <td class="number">
                  <Fresh value={formatNumber(each.errors)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    )}
  </Panel>
)
