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
    action: text('action').notNull(),
    resourceType: text('resource_type').notNull(),
    resourceId: text('resource_id'),
    before: jsonb('before'),
    after: jsonb('after'),
    requestId: text('request_id'),
  },
  (table) => [
    index('idx_audit_actor').on(table.actorId, table.at),
    index('idx_audit_resource').on(table.resourceType, table.resourceId, table.at),
  ],
)
