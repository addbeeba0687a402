import { useState } from 'preact/hooks'
import type { Implementation } from '../../schema/wire/api'
import { RETENTION_DAYS, type RetentionDays } from '../../schema/wire/job'
import { listJobs, setRetention, showJob } from '../data/privacy'
import { known, useQuery } from '../data/query'
import { Dialog } from '../Dialog/Dialog'
import { Choice } from '../Form/Field'
import { Form } from '../Form/Form'
import { Panel } from '../Panel/Panel'
import { toast } from '../Toasts/Toasts'
import { JobList } from './JobList'

const NAMES: Record<RetentionDays, string> = {
  30: '30 days',
  90: '90 days',
  180: '180 days',
  365: 'A year',
  395: '13 months',
}
const options = RETENTION_DAYS.map((days) => ({ value: String(days), label: NAMES[days] }))
const daysIn = (text: string) => RETENTION_DAYS.find((days) => String(days) === text)!

type Props = { widget: Implementation; onChange: (widget: Implementation) => void }

/** How long a widget's events are kept, and what is being done about them. */
export function VisitorData({ widget, onChange }: Props) {
  const { id, retentionDays } = widget
  const [chosen, choose] = useState<RetentionDays>(retentionDays)
  const [isAsking, setAsking] = useState(false)
  const jobs = useQuery('jobs', listJobs, true)
  const own =
    jobs.state === 'ready' ? jobs.data.filter(({ implementationId }) => implementationId === id) : []

  const save = async () => {
    const { job } = await setRetention(id, chosen)
    onChange({ ...widget, retentionDays: chosen })
    setAsking(false)
    if (job) await showJob(job)
    toast(`Events are kept for ${NAMES[chosen].toLowerCase()}.`)
  }
  const keep = () => {
    setAsking(false)
    choose(retentionDays)
  }
  return (
    <Panel title="Visitors’ data" class="full" answer={known(retentionDays)}>
      {(retentionDays) => (
        <>
          <Form
            submit="Save"
            disabled={chosen === retentionDays}
            onSubmit={async () => {
              if (chosen < retentionDays) setAsking(true)
              else await save()
            }}
          >
            <Choice
              name="days"
              label="Keep events for"
              value={String(chosen)}
              onText={(days) => choose(daysIn(days))}
              options={options}
              hint="A longer time concerns what comes from now on. A visitor is forgotten at one of their events, in the overview."
            />
          </Form>
          {own.length > 0 && <JobList jobs={own.slice(0, 5)} />}
          {isAsking && (
            <Dialog title={`Keep events for ${NAMES[chosen].toLowerCase()} only?`} onClose={keep}>
              <Form
                class="danger"
                submit="Remove what is older"
                onSubmit={save}
                actions={
                  <button type="button" class="button" onClick={keep}>
                    Keep them
                  </button>
                }
              >
                <p class="plain">
                  Events that are older are removed for good. Counts and bills stay as they are.
                </p>
              </Form>
            </Dialog>
          )}
        </>
      )}
    </Panel>
  )
}
