/** What runs on after its request was answered. */
export const JOB_KINDS = ['export_data', 'erase_account', 'forget_session', 'set_retention'] as const
export type JobKind = (typeof JOB_KINDS)[number]

/** A job waits for its time, for its turn, or for another try after an error. */
export const JOB_STATUSES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

export type Job = {
  id: string
  kind: JobKind
  status: JobStatus
  /** The widget whose data it is about, or null when it is about one's account. */
  implementationId: string | null
  /** `current` says what is done now or next; null once there is nothing more to do. */
  steps: { done: number; total: number; current: string | null }
  /** Rows that were written or changed so far. */
  rows: number
  /** Why the last try failed, or null. */
  error: string | null
  /** What an export has made, as long as it can be fetched. */
  file: { bytes: number; expiresAt: number } | null
  createdAt: number
  /** When a waiting job goes on, epoch ms; null once it has ended. */
  nextAt: number | null
  finishedAt: number | null
}

/** How long the events of a widget may be kept, in days. */
export const RETENTION_DAYS = [30, 90, 180, 365, 395] as const
export type RetentionDays = (typeof RETENTION_DAYS)[number]
/** Thirteen months: a month can be compared with the same one a year before. */
export const DEFAULT_RETENTION_DAYS = 395

/** What setting it answers; shortening what is stored is a job. */
export type Retention = { retentionDays: RetentionDays; job: Job | null }
