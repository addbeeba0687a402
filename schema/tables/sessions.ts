import { sql } from 'drizzle-orm'
import { check, index, pgTable, text, uniqueIndex, varchar, type AnyPgColumn } from 'drizzle-orm/pg-core'
import type { Persona } from '../wire/permission'
import { createdAt, time } from './columns'
import { users } from './users'

/** One sign-in on one device: the family of its refresh tokens. */
export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    persona: varchar('persona', { length: 20 }).$type<Persona>().notNull(),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    lastSeenAt: time('last_seen_at').notNull().defaultNow(),
    expiresAt: time('expires_at').notNull(),
    revokedAt: time('revoked_at'),
    revokeReason: text('revoke_reason'),
  },
  (table) => [
    index('idx_sessions_user').on(table.userId),
    check('sessions_revoke_reason', sql`(${table.revokedAt} is null) = (${table.revokeReason} is null)`),
  ],
)

/** A refresh token is spent once; spending it names its successor, which a second tab may be given for a moment. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    /** SHA-256 of the token; the token itself is never stored. */
    hash: text('hash').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    parentHash: text('parent_hash').references((): AnyPgColumn => refreshTokens.hash, {
      // The oldest of a long line go first.
      onDelete: 'set null',
    }),
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
    spentAt: time('spent_at'),
  },
  (table) => [
    index('idx_refresh_tokens_session').on(table.sessionId),
    uniqueIndex('refresh_tokens_one_live')
      .on(table.sessionId)
      .where(sql`${table.spentAt} is null`),
    uniqueIndex('refresh_tokens_one_child')
      .on(table.parentHash)
      .where(sql`${table.parentHash} is not null`),
  ],
)
