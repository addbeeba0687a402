import type { Job, Retention, RetentionDays } from '../../schema/wire/job'
import { get, send } from './api'
import { query } from './query'
import { request } from './request'

/** What people ask of the API about what is kept of them and of their visitors. */

export const exportData = () => send<Job>('POST', '/api/auth/export')
export const retryJob = (id: string) => send<Job>('POST', `/api/jobs/${id}/retry`)
export const setRetention = (widget: string, days: RetentionDays) =>
  send<Retention>('PATCH', `/api/widgets/${widget}/retention`, { days })
export const forgetSession = (widget: string, session: string) =>
  send<Job>('DELETE', `/api/widgets/${widget}/sessions/${session}`)

export const listJobs = () => get<Job[]>('/api/jobs')

/** Shows a job that was just started, or has changed, wherever jobs are shown. */
export async function showJob(job: Job): Promise<void> {
  const others = (await listJobs()).filter(({ id }) => id !== job.id)
  query('jobs', listJobs, true).put([job, ...others])
}

/** The address of an export, once it is sure that the session is fresh enough for the browser to fetch it. */
export async function exportAddress(id: string): Promise<string> {
  await request(`/api/jobs/${id}`)
  return `/api/jobs/${id}/file`
}
