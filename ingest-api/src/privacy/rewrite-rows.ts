import { setTimeout } from 'node:timers/promises'
import { whereTenant, type Tenant } from '../reports/tenant'
import type { JobHandles, RunningJob } from './job'

const POLL_MS = 200

export type Rewriting = {
  table: 'events' | 'dead_letters' | 'ingest_outcomes'
  tenant: Extract<Tenant, { whose: 'implementations' }>
  /** `column = expression, …` */
  set: string
  /** Of rows that have to change; those that were changed must not fit any more. */
  where: string
  params?: Record<string, unknown>
}

/**
 * Changes rows of a tenant where they are stored, and resolves once every part of the table has been rewritten.
 * The mutation carries the job's name, so that who takes the job up after a crash waits for the one under way.
 * @returns how many rows there were to change
 */
export async function rewriteRows(
  { clickhouse, caches }: Pick<JobHandles, 'clickhouse' | 'caches'>,
  job: RunningJob,
  { table, tenant, set, where, params: own = {} }: Rewriting,
): Promise<number> {
  const { condition, params: whose } = whereTenant(tenant)
  const params = { ...whose, ...own, mark: `${job.id} ${job.step} ${table}` }
  const unfinished = () =>
    clickhouse.query<{ reason: string }>(
      `SELECT latest_fail_reason AS reason FROM system.mutations
       WHERE database = currentDatabase() AND table = {table: String} AND NOT is_done
         AND position(command, {mark: String}) > 0`,
      { table, mark: params.mark },
    )
  const [found] = await clickhouse.query<{ rows: string }>(
    `SELECT toString(count()) AS rows FROM ${table} WHERE ${condition} AND ${where}`,
    params,
  )
  const rows = Number(found!.rows)
  if (rows > 0 && (await unfinished()).length === 0)
    await clickhouse.command(
      `ALTER TABLE ${table} UPDATE ${set} WHERE ${condition} AND ${where} AND {mark: String} != ''`,
      params,
    )
  for (;;) {
    const [mutation] = await unfinished()
    if (!mutation) break
    if (mutation.reason) throw new Error(`ClickHouse cannot rewrite ${table}: ${mutation.reason}`)
    await job.report({})
    await setTimeout(POLL_MS)
  }
  caches.changes.note(tenant.implementationIds, tenant.builderIds)
  return rows
}
