import { runAlerts } from '../alerts/run-alerts'
import type { EvaluationHandles } from '../alerts/evaluate-rules'
import { describeError } from '../log'
import { repeat } from '../repeat'
import { runReports } from '../saved-reports/send-reports'

/** How often it is asked whether something is due. */
const POLL_MS = 5_000
/** Leaves the first seconds of a process to getting ready, and to events that wait from before. */
const START_MS = 10_000

/** Keeps running what is due, one process at a time, until it is closed, which waits for the run under way. */
export const startAnalyses = (handles: EvaluationHandles): { close(): Promise<void> } =>
  repeat(async () => {
    for (const run of [runAlerts, runReports])
      await run(handles).catch((error: unknown) =>
        handles.log.warn('analyses run later', describeError(error)),
      )
    return POLL_MS
  }, START_MS)
