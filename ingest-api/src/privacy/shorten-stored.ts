import { eq } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import type { JobHandles, RunningJob } from './job'
import { rewriteRows } from './rewrite-rows'

/** Gives stored events the time that is set now, where theirs is longer; ClickHouse removes what is over then. */
export async function shortenStored(handles: JobHandles, job: RunningJob): Promise<void> {
  const { implementationId = '', builderId = '' } = job.subject
  const [found] = await handles.db
    .select({ days: widgetImplementations.retentionDays })
    .from(widgetImplementations)
    .where(eq(widgetImplementations.id, implementationId))
  const rows = await rewriteRows(handles, job, {
    table: 'events',
    tenant: { whose: 'implementations', builderIds: [builderId], implementationIds: [implementationId] },
    set: 'retention_days = {days: UInt16}',
    where: 'retention_days > {days: UInt16}',
    params: { days: found!.days },
  })
  if (rows > 0) await job.report({ rows })
}
