import type { jobs } from '../../../schema/tables/jobs'
import type { Handles } from '../handles'

export type JobRow = typeof jobs.$inferSelect

export type JobHandles = Pick<Handles, 'db' | 'clickhouse' | 'config' | 'keys' | 'caches' | 'log' | 'now'>

/** A job in the hands of who runs it. */
export type RunningJob = Pick<JobRow, 'id' | 'ownerId' | 'subject' | 'createdAt'> & {
  /** Which step this is, from 0. */
  step: number
  /**
   * Notes how far the present step is and keeps the job for another while. To be called every few seconds.
   * @throws JobLost when the job is somebody else's by now, was cancelled, or the process is about to stop
   */
  report(progress: { rows?: number; fileBytes?: number }): Promise<void>
}

/**
 * A part of a job. It may be cut short anywhere and is then run again from its beginning, so it must bear that.
 * `afterMs` is how long to wait once the step before it is done, or for the first one since the job was started.
 */
export type Step = {
  title: string
  afterMs?: number
  run(handles: JobHandles, job: RunningJob): Promise<void>
}

/** Thrown by a step whose time has not come yet: it is begun again after so long, as often as it takes. */
export class TooEarly extends Error {
  override name = 'TooEarly'
  constructor(
    message: string,
    readonly againMs: number,
  ) {
    super(message)
  }
}
