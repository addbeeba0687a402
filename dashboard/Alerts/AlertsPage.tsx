import { metricsOf } from '../../schema/wire/metric'
import { useUser } from '../User/UserProvider'
import { AlertList } from './AlertList'
import { RuleList } from './RuleList'
import './Alerts.css'

/** What has happened that somebody asked to be told of, and what they asked. */
export function AlertsPage() {
  const { user } = useUser()
  if (!user) return null
  const metrics = metricsOf(user)
  return (
    <>
      <div class="title">
        <div>
          <h1>Alerts</h1>
          <p>What you watch is looked at once a minute. You are told once when it happens.</p>
        </div>
      </div>
      <div class="watching">
        <AlertList metrics={metrics} />
        <RuleList user={user} metrics={metrics} />
      </div>
    </>
  )
}
