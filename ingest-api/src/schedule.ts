import { runAlerts } from './alerts/run-alerts'
import { noteRun } from './analyses/run-analysis'
import type { Handles } from './handles'
import { describeError } from './log'
import { DISKLESS_KINDS } from './privacy/kinds'
import { runDue } from './privacy/run-jobs'
import { runReports } from './saved-reports/send-reports'
import { noteQueue } from './spool/queue-hold'
import { compareDayOfHour, sealAndCompare } from './usage/keep-usage'
import { HOUR_MS } from './usage/sealed-until'

const MINUTE_MS = 60_000
/** What is not done by then goes on in the next minute. */
const BUDGET_MS = 45_000

/**
 * A minute's share of what a Node process does between requests, as far as it can be done without a disk and without
 * staying: tells that there is a queue, seals usage, counts sealed usage again, looks at the
 * rules of alerts, sends reports, and runs jobs. Any number of these and of
 * Node processes may do so at once. Nothing is thrown; what failed is logged and done in the next minute.
 *
 * The platform's rollup is made for the hours that are sealed. Of the others it would be a minute old here, so reports
 * count those from the events.
 * @param scheduledAt the minute this run is for, epoch ms
 */
export async function runSchedule(handles: Handles, scheduledAt: number): Promise<void> {
  const deadline = handles.now() + BUDGET_MS
  const isOver = () => handles.now() >= deadline
  const attempt = (words: string, work: () => Promise<unknown>) =>
    work().catch((error: unknown) => handles.log.warn(words, describeError(error)))
  await Promise.all([
    attempt('usage is sealed later', async () => {
      await noteRun(handles, 'sealing', async () => {
        await noteQueue(handles)
        while (!isOver() && (await sealAndCompare(handles)));
      })
      if (scheduledAt % HOUR_MS < MINUTE_MS)
        await noteRun(handles, 'comparison', () => compareDayOfHour(handles))
    }),
    attempt('rules are looked at later', () => runAlerts(handles)),
    attempt('reports are sent later', () => runReports(handles)),
    attempt('jobs are run later', () => runDue(handles, isOver, DISKLESS_KINDS)),
  ])
}
