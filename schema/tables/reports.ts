import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, primaryKey, text, varchar } from 'drizzle-orm/pg-core'
import type { MetricId } from '../wire/metric'
import type { Persona } from '../wire/permission'
import type { ReportPeriod, ReportSchedule } from '../wire/report'
import { createdAt, time, updatedAt } from './columns'
import { widgetImplementations } from './implementations'
import { projects } from './projects'
import { users } from './users'

/** What somebody has put together as one persona, to be asked for or to be sent by itself. */
export const reports = pgTable(
  'reports',
  {
    id: text('id').primaryKey(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id),
    persona: varchar('persona', { length: 20 }).$type<Persona>().notNull(),
    name: text('name').notNull(),
    metrics: jsonb('metrics').$type<MetricId[]>().notNull(),
    period: text('period').$type<ReportPeriod>().notNull(),
    timezone: text('timezone').notNull(),
    schedule: text('schedule').$type<ReportSchedule>().notNull(),
    hour: integer('hour').notNull(),
    implementationId: text('implementation_id').references(() => widgetImplementations.id),
    projectId: text('project_id').references(() => projects.id),
    offReason: text('off_reason'),
    nextAt: time('next_at'),
    lastSentAt: time('last_sent_at'),
    waitsSince: time('waits_since'),
    revision: integer('revision').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('idx_reports_owner').on(table.ownerId, table.persona, table.createdAt, table.id),
    index('idx_reports_next')
      .on(table.nextAt)
      .where(sql`${table.nextAt} is not null`),
    check('reports_period', sql`${table.period} in ('day', 'week', 'month')`),
    check('reports_schedule', sql`${table.schedule} in ('none', 'daily', 'weekly', 'monthly')`),
    check('reports_hour', sql`${table.hour} between 0 and 23`),
    check('reports_narrowed', sql`${table.implementationId} is null or ${table.projectId} is null`),
  ],
)

/** Which periods were sent, written with their letters: whoever sends, and however many do at once, each is sent once. */
export const reportSends = pgTable(
  'report_sends',
  {
    reportId: text('report_id')
      .notNull()
      .references(() => reports.id, { onDelete: 'cascade' }),
    period: text('period').$type<ReportPeriod>().notNull(),
    from: time('from_at').notNull(),
    sentAt: time('sent_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.reportId, table.period, table.from] })],
)
