import { timestamp } from 'drizzle-orm/pg-core'

/** Every time in Postgres is a timestamptz with millisecond precision. */
export const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 })
export const createdAt = () => time('created_at').notNull().defaultNow()
export const updatedAt = () => time('updated_at').notNull().defaultNow()
