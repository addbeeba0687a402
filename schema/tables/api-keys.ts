import { index, jsonb, pgTable, text, uniqueIndex, varchar } from 'drizzle-orm/pg-core'
import type { Persona } from '../wire/permission'
import { createdAt, time } from './columns'
import { users } from './users'

/** What a program signs in with, on behalf of a user. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    persona: varchar('persona', { length: 20 }).$type<Persona>().notNull(),
    name: text('name').notNull(),
    /** SHA-256 of the key; the key itself is never stored. */
    hash: text('hash').notNull(),
    /** The key's beginning, by which its owner recognises it. */
    hint: text('hint').notNull(),
    scopes: jsonb('scopes').$type<string[]>().notNull(),
    createdAt: createdAt(),
    expiresAt: time('expires_at'),
    /** Exact to a minute. */
    lastUsedAt: time('last_used_at'),
    revokedAt: time('revoked_at'),
  },
  (table) => [uniqueIndex('api_keys_hash').on(table.hash), index('idx_api_keys_user').on(table.userId)],
)
