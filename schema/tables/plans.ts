import { jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import type { Feature, Limits } from '../wire/plan'
import { createdAt, updatedAt } from './columns'
import { users } from './users'

/** What an account may use, and how much of it. */
export const plans = pgTable('plans', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  features: jsonb('features').$type<Feature[]>().notNull(),
  limits: jsonb('limits').$type<Limits>().notNull(),
  createdAt: createdAt(),
})

/** Which plan an account is on; without a row, the first one. */
export const subscriptions = pgTable('subscriptions', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  planId: text('plan_id')
    .notNull()
    .references(() => plans.id),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
})
