import { pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { createdAt, time } from './columns'
import { users } from './users'

export type TokenPurpose = 'verify_email' | 'reset_password' | 'accept_invitation' | 'restore_account'

/** Links that were mailed and not used yet: one for each purpose, so that a newer link ends the older one. */
export const oneTimeTokens = pgTable(
  'one_time_tokens',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose').$type<TokenPurpose>().notNull(),
    /** SHA-256 of the token; the token itself is in the mail only. */
    hash: text('hash').notNull(),
    /** Where it was sent, and so what it proves. */
    email: text('email').notNull(),
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.purpose] }),
    uniqueIndex('one_time_tokens_hash').on(table.hash),
  ],
)
