import { and, count, desc, eq, gte, lt, sql } from 'drizzle-orm'
import { apiKeys } from '../../../schema/tables/api-keys'
import { auditChain, auditLog } from '../../../schema/tables/audit'
import { users } from '../../../schema/tables/users'
import type { AuditEntry, AuditSeal } from '../../../schema/wire/admin'
import type { Handles } from '../handles'
import { findPage, pageOf, type Page, type Paging } from '../listing'

export type AuditListing = Paging & {
  /** An id or an email address. */
  actor?: string | undefined
  action?: string | undefined
  resourceType?: string | undefined
  resourceId?: string | undefined
  requestId?: string | undefined
  /** Half-open, epoch ms. */
  from?: number | undefined
  to?: number | undefined
}

/** One page of the audit log, the newest first. */
export async function listAudit(
  { db }: Pick<Handles, 'db'>,
  { actor, action, resourceType, resourceId, requestId, from, to, ...paging }: AuditListing,
): Promise<Page<AuditEntry>> {
  const where = and(
    actor === undefined ? undefined : isBy(actor),
    action === undefined ? undefined : eq(auditLog.action, action),
    resourceType === undefined ? undefined : eq(auditLog.resourceType, resourceType),
    resourceId === undefined ? undefined : eq(auditLog.resourceId, resourceId),
    requestId === undefined ? undefined : eq(auditLog.requestId, requestId),
    from === undefined ? undefined : gte(auditLog.at, new Date(from)),
    to === undefined ? undefined : lt(auditLog.at, new Date(to)),
  )
  const order = [desc(auditLog.at), desc(auditLog.id)]
  const page = findPage(db, auditLog, where, order, paging)
  const rows = await db
    .select({ entry: auditLog, actorName: users.name, keyName: apiKeys.name })
    .from(page)
    .innerJoin(auditLog, eq(auditLog.id, page.id))
    .leftJoin(users, eq(users.id, auditLog.actorId))
    .leftJoin(apiKeys, eq(apiKeys.id, auditLog.keyId))
    .orderBy(...order)
  const [counted] = where
    ? await db.select({ total: count() }).from(auditLog).where(where)
    : // Every row has its seal, and seals are numbered without a gap, which spares counting them all.
      await db.select({ total: sql<number>`coalesce(max(${auditChain.sequence}), 0)::int` }).from(auditChain)
  const data = rows.map(({ entry, actorName, keyName }) => ({
    id: entry.id,
    at: entry.at.getTime(),
    actor:
      entry.actorId === null ? null : { id: entry.actorId, name: actorName, persona: entry.actorPersona },
    key: entry.keyId === null ? null : { id: entry.keyId, name: keyName },
    action: entry.action,
    resource: { type: entry.resourceType, id: entry.resourceId },
    before: entry.before,
    after: entry.after,
    requestId: entry.requestId,
  }))
  return pageOf(data, paging, counted!.total)
}

/** An address can have belonged to several accounts, of which all but one are closed. */
const isBy = (actor: string) =>
  sql`${auditLog.actorId} = any(array(
    select ${actor} union all select ${users.id} from ${users} where lower(${users.email}) = ${actor.toLowerCase()}))`

/** Computes every seal anew and names the first row that does not fit. Reads the whole log. */
export async function verifyAudit({ db }: Pick<Handles, 'db'>): Promise<AuditSeal> {
  const [found] = await db.execute<{
    entries: number
    head: string | null
    sequence: number | null
    auditId: number | null
    reason: string | null
  }>(sql`
    with links as (
      select c.sequence, c.audit_id, c.hash, l.id is null as gone,
        lag(c.sequence, 1, 0::bigint) over chain as previous_sequence,
        audit_hash(lag(c.hash, 1, '') over chain, l) as expected
      from audit_chain c left join audit_log l on l.id = c.audit_id
      window chain as (order by c.sequence)
    ), broken as (
      select sequence, audit_id, case
        when gone then 'The row is gone.'
        when sequence <> previous_sequence + 1 then 'A row before this one is gone.'
        else 'The row is not what it was when it was written.' end as reason
      from links where gone or sequence <> previous_sequence + 1 or hash <> expected
      union all
      select null, l.id, 'The row was never sealed.'
      from audit_log l left join audit_chain c on c.audit_id = l.id where c.audit_id is null
      order by sequence nulls last, audit_id limit 1
    )
    select (select count(*)::int from audit_log) as entries,
      (select hash from audit_chain order by sequence desc limit 1) as head,
      broken.sequence::int as sequence, broken.audit_id::int as "auditId", broken.reason
    from (select 1) one left join broken on true`)
  const { entries, head, sequence, auditId, reason } = found!
  return { entries, head, broken: reason === null ? null : { sequence, auditId, reason } }
}
