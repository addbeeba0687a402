import { sql } from 'drizzle-orm'
import { boolean, check, index, jsonb, pgTable, text, uniqueIndex, varchar } from 'drizzle-orm/pg-core'
import type { Persona } from '../wire/permission'
import { createdAt, time, updatedAt } from './columns'

/** Everybody with an account. `persona` is the active one of `roles`, which are the personas the user holds. */
export const users = pgTable(
  'users',
  {
    id: text('id').primaryKey(),
    email: text('email').notNull(),
    /** Null until the user has opened a link that was mailed there. */
    emailVerifiedAt: time('email_verified_at'),
    name: text('name').notNull(),
    /** Null for who only ever signed in with a provider. */
    passwordHash: text('password_hash'),
    persona: varchar('persona', { length: 20 }).$type<Persona>().notNull().default('builder'),
    roles: jsonb('roles').$type<Persona[]>().notNull().default([]),
    /** Grants beyond those of the active persona. */
    permissions: jsonb('permissions').$type<string[]>().notNull().default([]),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    isActive: boolean('is_active').notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    deletedAt: time('deleted_at'),
  },
  (table) => [
    uniqueIndex('users_email_live')
      .on(sql`lower(${table.email})`)
      .where(sql`${table.deletedAt} is null`),
    index('idx_users_email').on(sql`lower(${table.email})`),
    index('idx_users_created')
      .on(table.createdAt, table.id)
      .where(sql`${table.deletedAt} is null`),
    index('idx_users_name')
      .on(sql`lower(${table.name})`, table.id)
      .where(sql`${table.deletedAt} is null`),
    index('idx_users_persona').on(table.persona),
    index('idx_users_roles').using('gin', table.roles),
    index('idx_users_permissions').using('gin', table.permissions),
    check('users_persona', sql`${table.persona} in ('super_admin', 'builder', 'end_user')`),
    check('users_persona_held', sql`${table.roles} ? ${table.persona}`),
  ],
)
