import { sql } from 'drizzle-orm'
import { bigint, char, check, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { createdAt, time } from './columns'
import { widgetImplementations } from './implementations'
import { projects } from './projects'
import { users } from './users'

/** Money that moved because of a builder's work. `amount` is minor units; a refund is negative. Append-only. */
export const revenueEvents = pgTable(
  'revenue_events',
  {
    id: text('id').primaryKey(),
    implementationId: text('implementation_id').references(() => widgetImplementations.id),
    builderId: text('builder_id')
      .notNull()
      .references(() => users.id),
    endUserId: text('end_user_id')
      .notNull()
      .references(() => users.id),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    currency: char('currency', { length: 3 }).notNull().default('USD'),
    eventType: text('event_type').$type<'purchase' | 'usage' | 'subscription' | 'refund'>().notNull(),
    description: text('description'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (table) => [
    // With all that sums and policies look at, so that the rows themselves are not read.
    index('idx_revenue_builder').on(
      table.builderId,
      table.createdAt,
      table.id,
      table.endUserId,
      table.currency,
      table.amount,
      table.eventType,
    ),
    index('idx_revenue_end_user').on(
      table.endUserId,
      table.createdAt,
      table.id,
      table.builderId,
      table.currency,
      table.amount,
      table.eventType,
    ),
    index('idx_revenue_implementation').on(table.implementationId),
    index('idx_revenue_type').on(table.eventType),
    index('idx_revenue_created').on(table.createdAt),
    check('revenue_type', sql`${table.eventType} in ('purchase', 'usage', 'subscription', 'refund')`),
    check('revenue_currency', sql`${table.currency} ~ '^[A-Z]{3}$'`),
  ],
)

/** A builder who bought another builder's template. */
export const templatePurchases = pgTable(
  'template_purchases',
  {
    id: text('id').primaryKey(),
    buyerId: text('buyer_id')
      .notNull()
      .references(() => users.id),
    templateProjectId: text('template_project_id')
      .notNull()
      .references(() => projects.id),
    sellerId: text('seller_id')
      .notNull()
      .references(() => users.id),
    purchaseAmount: bigint('purchase_amount', { mode: 'number' }).notNull(),
    currency: char('currency', { length: 3 }).notNull().default('USD'),
    purchaseDate: time('purchase_date').notNull().defaultNow(),
    status: text('status')
      .$type<'pending' | 'completed' | 'refunded' | 'failed'>()
      .notNull()
      .default('completed'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
  },
  (table) => [
    index('idx_template_purchase_buyer').on(table.buyerId),
    index('idx_template_purchase_seller').on(table.sellerId),
    index('idx_template_purchase_project').on(table.templateProjectId),
    check('template_purchase_parties', sql`${table.buyerId} <> ${table.sellerId}`),
    check('template_purchase_amount', sql`${table.purchaseAmount} >= 0`),
    check('template_purchase_status', sql`${table.status} in ('pending', 'completed', 'refunded', 'failed')`),
  ],
)
