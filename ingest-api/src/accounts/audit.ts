import { auditLog } from '../../../schema/tables/audit'
import type { Queryable } from '../database'
import type { Actor } from './actor'

export type Change = {
  /** Null when nobody is signed in yet, or when the platform itself acts. */
  actor: (Pick<Actor, 'userId' | 'persona'> & Partial<Pick<Actor, 'keyId'>>) | null
  requestId: string
  /** What happened, as `resource.verb`: `project.create`. */
  action: string
  resource: { type: string; id: string }
  /** The fields that changed. Never a password, a token or a hash of one. */
  before?: Record<string, unknown>
  after?: Record<string, unknown>
}

/** Records a change. Given the transaction that makes the change, so that neither exists without the other. */
export async function writeAudit(db: Queryable, change: Change): Promise<void> {
  await db.insert(auditLog).values({
    actorId: change.actor?.userId ?? null,
    actorPersona: change.actor?.persona ?? null,
    keyId: change.actor?.keyId ?? null,
    action: change.action,
    resourceType: change.resource.type,
    resourceId: change.resource.id,
    before: change.before ?? null,
    after: change.after ?? null,
    requestId: change.requestId,
  })
}
