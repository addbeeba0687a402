import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Provider } from '../wire/api'
import { createdAt } from './columns'
import { users } from './users'

/** By which accounts elsewhere a user signs in. `subject` is whom the issuer means, and never changes there. */
export const identities = pgTable(
  'identities',
  {
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    provider: text('provider').$type<Provider>().notNull(),
    /** The address there when the two were connected. */
    email: text('email').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.issuer, table.subject] }),
    index('idx_identities_user').on(table.userId),
  ],
)
