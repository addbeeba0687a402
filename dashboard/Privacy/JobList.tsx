import type { Job, JobKind } from '../../schema/wire/job'
import { exportAddress, retryJob, showJob } from '../data/privacy'
import { formatAgo, formatBytes, formatMoment, formatNumber } from '../format'
import { Status } from '../Panel/Status'
import { complain } from '../Toasts/Toasts'
import './Privacy.css'

const NAMES: Record<JobKind, string> = {
  export_data: 'Everything about you, as a zip',
  erase_account: 'Erasing the account',
  forget_session: 'Forgetting a visitor',
  set_retention: 'Keeping events for less time',
}

/** What was asked for, how far it is, and what to do about it. */
export const JobList = ({ jobs }: { jobs: Job[] }) => (
  <ul class="jobs">
    {jobs.map((job) => (
      <li key={job.id}>
        <div>
          <b>{NAMES[job.kind]}</b> {!job.file && <Status of={job.status} />}
          <p class="plain soft">{describe(job)}</p>
          {job.status === 'running' && (
            <progress
              aria-label={NAMES[job.kind]}
              max={job.steps.total}
              {...(job.steps.done > 0 && { value: job.steps.done })}
            />
          )}
        </div>
        <Remedy job={job} />
      </li>
    ))}
  </ul>
)

const Remedy = ({ job: { id, status, file } }: { job: Job }) => {
  if (file)
    return (
      <button
        class="button"
        onClick={() =>
          void exportAddress(id)
            .then((address) => location.assign(address))
            .catch(complain)
        }
      >
        Download, {formatBytes(file.bytes)}
      </button>
    )
  if (status !== 'failed') return null
  return (
    <button class="button" onClick={() => void retryJob(id).then(showJob).catch(complain)}>
      Try again
    </button>
  )
}

/** One sentence or two that say what is going on. */
function describe({ status, steps, rows, error, file, createdAt, nextAt, finishedAt }: Job): string {
  const soFar = rows > 0 ? ` ${formatNumber(rows)} ${rows === 1 ? 'row' : 'rows'}.` : ''
  if (status === 'failed') return `${error} Nothing more is tried by itself.`
  if (status === 'running') return `${steps.current}.${soFar}`
  if (finishedAt) return `Asked for ${formatAgo(createdAt)}.${soFar}`
  if (error && nextAt) return `${error} It is tried again ${formatMoment(nextAt)}.`
  if (file) return `Ready until ${formatMoment(file.expiresAt)}.${soFar}`
  if (steps.done > 0 && nextAt) return `Done for now.${soFar} ${steps.current}: ${formatMoment(nextAt)}.`
  return `${steps.current} begins in a moment.`
}
