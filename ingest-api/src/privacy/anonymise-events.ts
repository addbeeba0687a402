import { eq } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import type { JobHandles, RunningJob } from './job'
import { rewriteRows } from './rewrite-rows'

/** What says who somebody was. Id, time, type, name, version and whose widget it was stay, so that counts stay. */
const NOBODY = `session_id = '', visitor = 0, event_data = '{}', browser = '', os = '', device = '', country = ''`

/**
 * Takes the visitor out of one session's events, or out of all events of the owner's sites: in the store, in what it
 * would not take, and in the examples of what was refused (those do not say whose they are, so all of a site go).
 */
export async function anonymiseEvents(handles: JobHandles, job: RunningJob): Promise<void> {
  const { implementationId, builderId, sessionId } = job.subject
  const found =
    implementationId && builderId
      ? [{ id: implementationId, builderId }]
      : await handles.db
          .select({ id: widgetImplementations.id, builderId: widgetImplementations.builderId })
          .from(widgetImplementations)
          .where(eq(widgetImplementations.endUserId, job.ownerId))
  const tenant = {
    whose: 'implementations',
    builderIds: found.map((one) => one.builderId),
    implementationIds: found.map(({ id }) => id),
  } as const
  const params = { session: sessionId && (await hashOf(handles, sessionId)) }
  const rows = await rewriteRows(handles, job, {
    table: 'events',
    tenant,
    set: NOBODY,
    ...(sessionId
      ? { where: 'sipHash64(session_id) = {session: UInt64}', params }
      : { where: `(session_id != '' OR event_data != '{}')` }),
  })
  await rewriteRows(handles, job, {
    table: 'dead_letters',
    tenant,
    set: `line = '{}', reason = ''`,
    ...(sessionId
      ? { where: `sipHash64(JSONExtractString(line, 'session_id')) = {session: UInt64}`, params }
      : { where: `line NOT IN ('', '{}')` }),
  })
  await rewriteRows(handles, job, {
    table: 'ingest_outcomes',
    tenant,
    set: `example = ''`,
    where: `example != ''`,
  })
  if (rows > 0) await job.report({ rows })
}

/**
 * What a session is named by in a change of rows: ClickHouse keeps the words of its latest hundred changes, and the id
 * must not stand there once it is forgotten. The tenant is part of the condition, so that 64 bits are plenty.
 */
async function hashOf({ clickhouse }: Pick<JobHandles, 'clickhouse'>, sessionId: string): Promise<string> {
  const [row] = await clickhouse.query<{ hash: string }>(
    'SELECT toString(sipHash64({sessionId: String})) AS hash',
    { sessionId },
  )
  return row!.hash
}
