import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  customType,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { ProjectStatus } from '../wire/api'
import type { Manifest } from '../wire/manifest'
import { createdAt, time, updatedAt } from './columns'
import { users } from './users'

/** A builder's widget or template. */
export const projects = pgTable(
  'projects',
  {
    id: text('id').primaryKey(),
    builderId: text('builder_id')
      .notNull()
      .references(() => users.id),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    kind: text('kind').$type<'widget' | 'template'>().notNull().default('widget'),
    status: text('status').$type<ProjectStatus>().notNull().default('draft'),
    /** What the platform said when it last refused or suspended the project. */
    reviewNote: text('review_note'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: time('deleted_at'),
  },
  (table) => [
    uniqueIndex('projects_slug')
      .on(table.builderId, table.slug)
      .where(sql`${table.deletedAt} is null`),
    index('idx_projects_builder').on(table.builderId, table.status),
    check('projects_slug_form', sql`${table.slug} ~ '^[a-z0-9][a-z0-9-]{0,62}$'`),
    check('projects_kind', sql`${table.kind} in ('widget', 'template')`),
    check(
      'projects_status',
      sql`${table.status} in ('draft', 'in_review', 'published', 'suspended', 'archived')`,
    ),
  ],
)

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/**
 * Bundles by the digest of their bytes, so that the same bytes are kept once.
 * They live in Postgres because a document is made from memory: a bundle is read once per process and version,
 * and one store to back up beats two that can disagree.
 */
export const bundles = pgTable('bundles', {
  integrity: text('integrity').primaryKey(),
  code: bytes('code').notNull(),
  createdAt: createdAt(),
})

/** An immutable pair of bundle and manifest. A trigger refuses changes. */
export const versions = pgTable(
  'versions',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    version: text('version').notNull(),
    integrity: text('integrity')
      .notNull()
      .references(() => bundles.integrity),
    size: integer('size').notNull(),
    /** Not jsonb, which would lose the order in which the builder wrote the settings. */
    manifest: json('manifest').$type<Manifest>().notNull(),
    uploadedBy: text('uploaded_by')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
  },
  (table) => [
    unique('versions_project_version').on(table.projectId, table.version),
    check('versions_size', sql`${table.size} > 0`),
    check('versions_integrity', sql`${table.integrity} like 'sha384-%'`),
  ],
)

/**
 * What leads from a place in a version's bundle to the builder's sources (source map revision 3, as uploaded). It stays
 * here: visitors get stacks of the bundle, and so do not learn the sources.
 */
export const sourceMaps = pgTable('source_maps', {
  versionId: text('version_id')
    .primaryKey()
    .references(() => versions.id),
  map: bytes('map').notNull(),
  createdAt: createdAt(),
})

/** A named pointer to the version that implementations on it get. */
export const channels = pgTable(
  'channels',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    name: text('name').notNull(),
    versionId: text('version_id')
      .notNull()
      .references(() => versions.id),
    releasedAt: time('released_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.name] }),
    check('channels_name', sql`${table.name} ~ '^[a-z][a-z0-9-]{0,30}$'`),
  ],
)

/** Every move of a channel's pointer: who, when, from where to where, and why. Append-only. */
export const releases = pgTable(
  'releases',
  {
    id: text('id').primaryKey(),
    sequence: bigint('sequence', { mode: 'number' }).generatedAlwaysAsIdentity(),
    projectId: text('project_id').notNull(),
    channel: text('channel').notNull(),
    kind: text('kind').$type<'release' | 'rollback'>().notNull(),
    versionId: text('version_id')
      .notNull()
      .references(() => versions.id),
    previousVersionId: text('previous_version_id').references(() => versions.id),
    reason: text('reason'),
    actorId: text('actor_id')
      .notNull()
      .references(() => users.id),
    createdAt: createdAt(),
  },
  (table) => [
    foreignKey({
      columns: [table.projectId, table.channel],
      foreignColumns: [channels.projectId, channels.name],
    }),
    index('idx_releases_channel').on(table.projectId, table.channel, table.sequence),
    // Whether a version was ever released is asked for every version that a tenant reads.
    index('idx_releases_version').on(table.versionId),
    check('releases_kind', sql`${table.kind} in ('release', 'rollback')`),
    check('releases_rollback_reason', sql`${table.kind} <> 'rollback' or ${table.reason} is not null`),
  ],
)
