import { date, pgTable, text } from 'drizzle-orm/pg-core'

/** Today's salt of the visitor hash, shared by all processes. Yesterday's row is deleted, and its hashes with it mean nothing. */
export const visitorSalts = pgTable('visitor_salts', {
  day: date('day', { mode: 'string' }).primaryKey(),
  salt: text('salt').notNull(),
})
