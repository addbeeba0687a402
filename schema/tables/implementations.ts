import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { ImplementationStatus } from '../wire/api'
import { DEFAULT_RETENTION_DAYS, type RetentionDays } from '../wire/job'
import type { JsonObject } from '../wire/json'
import { createdAt, time, updatedAt } from './columns'
import { projects, versions } from './projects'
import { users } from './users'

/** One project on one end user's site. `usageCount`, `revenueGenerated` and `lastActivity` are caches. */
export const widgetImplementations = pgTable(
  'widget_implementations',
  {
    id: text('id').primaryKey(),
    endUserId: text('end_user_id')
      .notNull()
      .references(() => users.id),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    builderId: text('builder_id')
      .notNull()
      .references(() => users.id),
    name: text('name').notNull(),
    implementationUrl: text('implementation_url').notNull(),
    embedCode: text('embed_code').notNull(),
    configuration: jsonb('configuration').$type<JsonObject>().notNull().default({}),
    configurationRevision: integer('configuration_revision').notNull().default(1),
    channel: text('channel').notNull().default('stable'),
    pinnedVersionId: text('pinned_version_id').references(() => versions.id),
    status: text('status').$type<ImplementationStatus>().notNull().default('active'),
    /** How long events are kept; a shorter one also concerns those that are stored. */
    retentionDays: integer('retention_days').$type<RetentionDays>().notNull().default(DEFAULT_RETENTION_DAYS),
    usageCount: bigint('usage_count', { mode: 'number' }).notNull().default(0),
    revenueGenerated: bigint('revenue_generated', { mode: 'number' }).notNull().default(0),
    lastActivity: time('last_activity'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: time('deleted_at'),
  },
  (table) => [
    index('idx_widget_impl_end_user').on(table.endUserId, table.createdAt, table.id),
    index('idx_widget_impl_builder').on(table.builderId, table.createdAt, table.id),
    index('idx_widget_impl_created')
      .on(table.createdAt, table.id)
      .where(sql`${table.deletedAt} is null`),
    index('idx_widget_impl_name')
      .on(sql`lower(${table.name})`, table.id)
      .where(sql`${table.deletedAt} is null`),
    // Answers how many customers each builder has, and who, from the index alone.
    index('idx_widget_impl_customer')
      .on(table.builderId, table.endUserId)
      .where(sql`${table.deletedAt} is null`),
    index('idx_widget_impl_project').on(table.projectId),
    index('idx_widget_impl_status').on(table.status),
    check('widget_impl_status', sql`${table.status} in ('active', 'paused', 'suspended', 'over_limit')`),
    check('widget_impl_retention', sql`${table.retentionDays} in (30, 90, 180, 365, 395)`),
    check('widget_impl_usage', sql`${table.usageCount} >= 0`),
  ],
)

/** Origins whose pages may show the implementation; they become the frame's `frame-ancestors`. */
export const implementationOrigins = pgTable(
  'implementation_origins',
  {
    implementationId: text('implementation_id')
      .notNull()
      .references(() => widgetImplementations.id, { onDelete: 'cascade' }),
    origin: text('origin').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.implementationId, table.origin] }),
    check('implementation_origins_form', sql`${table.origin} ~ '^https?://(\\*\\.)?[a-z0-9.-]+(:[0-9]+)?$'`),
  ],
)
