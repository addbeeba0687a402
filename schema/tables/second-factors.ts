import { bigint, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { createdAt, time } from './columns'
import { users } from './users'

/** The authenticator app of a user. It counts once its first code has been typed in. */
export const secondFactors = pgTable('second_factors', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** The shared secret, sealed for this user. */
  sealedSecret: text('sealed_secret').notNull(),
  confirmedAt: time('confirmed_at'),
  /** The time step of the last code that was taken; none up to it is taken again. */
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
  /** Wrong codes in a row, and when the last one came. */
  failures: integer('failures').notNull().default(0),
  failedAt: time('failed_at'),
  createdAt: createdAt(),
})

/** Codes for the day the authenticator is lost. A used one is gone. */
export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the code. */
    hash: text('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.hash] })],
)
