import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { AnalysisName } from '../wire/pipeline'
import { time } from './columns'

/**
 * What runs by itself, a row each: when it did last, and when it is due again. Whoever takes up one that a single process
 * does at a time pushes `next_at` ahead; when that has passed it is due, or its process has died.
 */
export const analyses = pgTable('analyses', {
  name: text('name').$type<AnalysisName>().primaryKey(),
  /** Whose it is while it runs. */
  claim: uuid('claim'),
  startedAt: time('started_at'),
  finishedAt: time('finished_at'),
  durationMs: integer('duration_ms'),
  /** What went wrong last, and when; it stays when all is well again. */
  error: text('error'),
  failedAt: time('failed_at'),
  nextAt: time('next_at').notNull(),
})

/** When nobody was there who looks every minute, and so perhaps nobody who would have taken events. */
export const absences = pgTable('absences', {
  from: time('from_at').primaryKey(),
  to: time('to_at').notNull(),
})
