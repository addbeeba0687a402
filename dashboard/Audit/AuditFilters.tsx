import { useRef } from 'preact/hooks'
import type { View } from '../data/admin'

const RESOURCES = {
  user: 'Users',
  session: 'Sessions',
  api_key: 'API keys',
  project: 'Projects',
  implementation: 'Implementations',
  plan: 'Plans',
}

/** Asks for whom, what and when. A day ends where the next one begins, in the time of this device. */
export function AuditFilters({ onView }: { onView: (view: View) => void }) {
  const form = useRef<HTMLFormElement>(null)
  const show = (event?: Event) => {
    event?.preventDefault()
    const data = new FormData(form.current!)
    const value = (name: string) => String(data.get(name) ?? '').trim()
    const view = {
      actor: value('actor'),
      action: value('action'),
      resourceType: value('resourceType'),
      from: startOf(value('from'), 0),
      to: startOf(value('to'), 1),
    }
    onView(Object.fromEntries(Object.entries(view).filter(([, filter]) => filter)))
  }
  return (
    <form ref={form} class="filters" onSubmit={show} onChange={show}>
      <input name="actor" type="search" aria-label="Who" placeholder="Who: address or id" maxLength={100} />
      <input name="action" type="search" aria-label="Action" placeholder="project.create" maxLength={100} />
      <select name="resourceType" aria-label="What">
        <option value="">What: all</option>
        {Object.entries(RESOURCES).map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <label>
        From <input name="from" type="date" />
      </label>
      <label>
        to <input name="to" type="date" />
      </label>
    </form>
  )
}

/** Midnight as epoch ms, `days` after the date; nothing without one. */
function startOf(date: string, days: number): string {
  const midnight = new Date(`${date}T00:00`)
  midnight.setDate(midnight.getDate() + days)
  return Number.isNaN(midnight.getTime()) ? '' : String(midnight.getTime())
}
