import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  pgTable,
  text,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/pg-core'
import type { Alert, AlertCondition, AlertState } from '../wire/alert'
import type { MetricId } from '../wire/metric'
import type { Persona } from '../wire/permission'
import { createdAt, time, updatedAt } from './columns'
import { widgetImplementations } from './implementations'
import { projects } from './projects'
import { users } from './users'

/** What a rule says, which an alert of it repeats as it was. */
const watched = () => ({
  /** A user has other rules as another persona, who sees other things. */
  ownerId: text('owner_id')
    .notNull()
    .references(() => users.id),
  persona: varchar('persona', { length: 20 }).$type<Persona>().notNull(),
  name: text('name').notNull(),
  metric: text('metric').$type<MetricId>().notNull(),
  implementationId: text('implementation_id').references(() => widgetImplementations.id),
  projectId: text('project_id').references(() => projects.id),
  condition: text('condition').$type<AlertCondition>().notNull(),
  threshold: doublePrecision('threshold').notNull(),
  windowMinutes: integer('window_minutes').notNull(),
})

export const alertRules = pgTable(
  'alert_rules',
  {
    id: text('id').primaryKey(),
    ...watched(),
    enabled: boolean('enabled').notNull(),
    byMail: boolean('by_mail').notNull(),
    offReason: text('off_reason'),
    /** False once somebody has resolved an alert while it still held: it must end before it can open another. */
    isArmed: boolean('is_armed').notNull().default(true),
    value: doublePrecision('value'),
    previous: doublePrecision('previous'),
    knownTo: time('known_to'),
    evaluatedAt: time('evaluated_at'),
    unknownSince: time('unknown_since'),
    revision: integer('revision').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('idx_alert_rules_owner').on(table.ownerId, table.persona, table.createdAt, table.id),
    check('alert_rules_condition', sql`${table.condition} in ('above', 'below', 'changesBy')`),
    check('alert_rules_narrowed', sql`${table.implementationId} is null or ${table.projectId} is null`),
  ],
)

export const alerts = pgTable(
  'alerts',
  {
    id: text('id').primaryKey(),
    ruleId: text('rule_id').references(() => alertRules.id, { onDelete: 'set null' }),
    ...watched(),
    state: text('state').$type<AlertState>().notNull().default('open'),
    value: doublePrecision('value').notNull(),
    peak: doublePrecision('peak').notNull(),
    last: doublePrecision('last').notNull(),
    openedAt: time('opened_at').notNull(),
    heldTo: time('held_to').notNull(),
    acknowledgedAt: time('acknowledged_at'),
    resolvedAt: time('resolved_at'),
    resolvedBy: text('resolved_by').$type<NonNullable<Alert['resolvedBy']>>(),
  },
  (table) => [
    // Whoever looks at a rule, and however many do at once: it has one alert that is not resolved.
    uniqueIndex('alerts_live')
      .on(table.ruleId)
      .where(sql`${table.state} <> 'resolved'`),
    index('idx_alerts_owner').on(table.ownerId, table.persona, table.openedAt, table.id),
    index('idx_alerts_rule').on(table.ruleId),
    index('idx_alerts_resolved').on(table.resolvedAt),
    check('alerts_state', sql`${table.state} in ('open', 'acknowledged', 'resolved')`),
    check('alerts_resolved', sql`(${table.state} = 'resolved') = (${table.resolvedAt} is not null)`),
  ],
)
