import { index, integer, jsonb, pgTable, text, varchar } from 'drizzle-orm/pg-core'
import type { Chart } from '../wire/dashboard'
import type { Persona } from '../wire/permission'
import { createdAt, updatedAt } from './columns'
import { users } from './users'

/** Charts that somebody has put together as one persona; their numbers are asked anew each time. */
export const savedDashboards = pgTable(
  'saved_dashboards',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id),
    persona: varchar('persona', { length: 20 }).$type<Persona>().notNull(),
    name: text('name').notNull(),
    timezone: text('timezone').notNull(),
    charts: jsonb('charts').$type<Chart[]>().notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('idx_saved_dashboards_owner').on(table.ownerId, table.persona, table.createdAt, table.id),
  ],
)
