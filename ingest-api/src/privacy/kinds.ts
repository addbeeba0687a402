import { JOB_KINDS, type JobKind } from '../../../schema/wire/job'
import { TOKEN_LIFETIME_MS } from '../ingest/session-token'
import { heldTo } from '../usage/held-to'
import { anonymiseEvents } from './anonymise-events'
import { eraseAccount } from './erase-account'
import { TooEarly, type Step } from './job'
import { shortenStored } from './shorten-stored'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** By then the last token from before is over. */
const LATE_MS = TOKEN_LIFETIME_MS + HOUR_MS
/** How often it is asked whether every spool has handed over what it held. */
const ARRIVAL_MS = 10 * 60 * 1000
/** How long an export can be fetched. */
const EXPORT_MS = 7 * DAY_MS
/** How long somebody may come back. */
export const GRACE_MS = 14 * DAY_MS

/** Runs once every spool has handed over what tokens from before could bring. */
const onceArrived =
  (run: Step['run']): Step['run'] =>
  async (handles, job) => {
    if ((await heldTo(handles)) < job.createdAt.getTime() + TOKEN_LIFETIME_MS)
      throw new TooEarly('Events from before are still on their way.', ARRIVAL_MS)
    await run(handles, job)
  }

/** What each kind of job does, in order. Files are written on Node only, so that code is fetched when it is needed. */
export const KINDS: Record<JobKind, [Step, ...Step[]]> = {
  export_data: [
    {
      title: 'Gathering the data',
      run: async (handles, job) => (await import('./write-export')).writeExport(handles, job),
    },
    {
      title: 'Removing the file',
      afterMs: EXPORT_MS,
      run: async ({ config }, { id }) => (await import('./export-file')).removeExport(config, id),
    },
  ],
  erase_account: [
    { title: 'Anonymising events', afterMs: GRACE_MS, run: anonymiseEvents },
    { title: 'Erasing the account', run: eraseAccount },
    { title: 'Anonymising events that came late', afterMs: LATE_MS, run: onceArrived(anonymiseEvents) },
  ],
  forget_session: [
    { title: 'Anonymising events', run: anonymiseEvents },
    { title: 'Anonymising events that came late', afterMs: LATE_MS, run: onceArrived(anonymiseEvents) },
  ],
  set_retention: [
    { title: 'Shortening what is stored', run: shortenStored },
    { title: 'Shortening what came late', afterMs: LATE_MS, run: onceArrived(shortenStored) },
  ],
}

/** What can be done without a disk, and so on Workers as well. */
export const DISKLESS_KINDS = JOB_KINDS.filter((kind) => kind !== 'export_data')
