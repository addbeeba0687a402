import { bigint, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { time } from './columns'

/** Who did what to which thing. A trigger refuses changes. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: time('at').notNull().defaultNow(),
    actorId: text('actor_id'),
    actorPersona: text('actor_persona'),
    /** The API key that acted for them, or null for a person at a device. */
    keyId: text('key_id'),
    action: text('action').notNull(),
    resourceType: text('resource_type').notNull(),
    resourceId: text('resource_id'),
    before: jsonb('before').$type<Record<string, unknown>>(),
    after: jsonb('after').$type<Record<string, unknown>>(),
    requestId: text('request_id'),
  },
  (table) => [
    index('idx_audit_at').on(table.at, table.id),
    index('idx_audit_actor').on(table.actorId, table.at, table.id),
    index('idx_audit_resource').on(table.resourceType, table.resourceId, table.at, table.id),
    index('idx_audit_action').on(table.action, table.at, table.id),
    index('idx_audit_request').on(table.requestId),
  ],
)

/**
 * The seal on the audit log: `hash` is the SHA-256 (lower-case hex) of the hash before it and of the row, so that a row
 * that was changed, put in or taken out behind the triggers' back no longer fits. A trigger writes it when the
 * transaction commits, one at a time, in the order of the commits.
 */
export const auditChain = pgTable('audit_chain', {
  sequence: bigint('sequence', { mode: 'number' }).primaryKey(),
  auditId: bigint('audit_id', { mode: 'number' })
    .notNull()
    .unique()
    .references(() => auditLog.id),
  hash: text('hash').notNull(),
})
