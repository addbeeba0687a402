import { bigint, index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { createdAt, time } from './columns'

/**
 * Mail that waits to be sent, written in the transaction of what it tells about. Sealed, because there are one-time
 * tokens in it; gone once a mail server has taken it.
 */
export const outgoingMail = pgTable(
  'outgoing_mail',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    sealed: text('sealed').notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAt: time('next_at').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('idx_outgoing_mail_next').on(table.nextAt)],
)
