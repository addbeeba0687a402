import { exportData, listJobs, showJob } from '../data/privacy'
import { useQuery } from '../data/query'
import { Panel } from '../Panel/Panel'
import { complain } from '../Toasts/Toasts'
import { JobList } from './JobList'

/** What Oriel keeps of somebody, to take along; and everything that was asked for about data. */
export function YourData() {
  const answer = useQuery('jobs', listJobs, true)
  const isGathering =
    answer.state === 'ready' &&
    answer.data.some(
      ({ kind, steps, finishedAt }) => kind === 'export_data' && steps.done === 0 && !finishedAt,
    )
  return (
    <Panel
      title="Your data"
      class="full"
      answer={answer}
      actions={
        <button
          class="button"
          disabled={isGathering}
          onClick={() => void exportData().then(showJob).catch(complain)}
        >
          Export my data
        </button>
      }
    >
      {(jobs) => (
        <>
          <p class="plain soft">
            You can have everything that Oriel keeps about you as a zip of JSON and CSV: your account,
            projects, widgets, money, and what visitors did on your sites.
          </p>
          {jobs.length > 0 && <JobList jobs={jobs} />}
        </>
      )}
    </Panel>
  )
}
