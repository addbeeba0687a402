import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { JobKind, JobStatus } from '../wire/job'
import { createdAt, time } from './columns'
import { users } from './users'

/** What a job is about, as its kind needs it. */
export type JobSubject = { implementationId?: string; builderId?: string; sessionId?: string }

/**
 * Work that outlives its request, a row each, kept as the record of what was done. Whoever runs one pushes `next_at`
 * ahead; when it has passed, the job is due, or its process has died and another one takes it up.
 */
export const jobs = pgTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<JobKind>().notNull(),
    ownerId: text('owner_id')
      .notNull()
      .references(() => users.id),
    subject: jsonb('subject').$type<JobSubject>().notNull().default({}),
    status: text('status').$type<JobStatus>().notNull().default('waiting'),
    /** Steps that are done. */
    step: integer('step').notNull().default(0),
    /** Rows that each step has written or changed. */
    rows: jsonb('rows').$type<number[]>().notNull().default([]),
    /** Size of the file that it made. */
    fileBytes: bigint('file_bytes', { mode: 'number' }),
    /** Tries of the present step. */
    attempts: integer('attempts').notNull().default(0),
    /** Whose it is while it runs: who finds another one here has lost it. */
    claim: uuid('claim'),
    nextAt: time('next_at').notNull(),
    error: text('error'),
    createdAt: createdAt(),
    finishedAt: time('finished_at'),
  },
  (table) => [
    index('idx_jobs_owner').on(table.ownerId, table.createdAt),
    index('idx_jobs_next')
      .on(table.nextAt)
      .where(sql`${table.finishedAt} is null`),
    check('jobs_finished', sql`(${table.finishedAt} is null) = (${table.status} in ('waiting', 'running'))`),
  ],
)
