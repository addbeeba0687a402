import { index, pgTable, text, varchar } from 'drizzle-orm/pg-core'
import type { Persona } from '../wire/permission'
import { createdAt, time } from './columns'
import { sessions } from './sessions'
import { users } from './users'

/**
 * A super admin who looks at the platform through a user's eyes for a while. It is no session of the user's; it hangs
 * from the super admin's own and ends with it.
 */
export const impersonations = pgTable(
  'impersonations',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    persona: varchar('persona', { length: 20 }).$type<Persona>().notNull(),
    /** The super admin's session. */
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    reason: text('reason').notNull(),
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
    endedAt: time('ended_at'),
  },
  (table) => [index('idx_impersonations_session').on(table.sessionId)],
)
