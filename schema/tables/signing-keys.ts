import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { createdAt } from './columns'

/** An elliptic-curve key as RFC 7517 writes it. */
export type PublicJwk = { kty: string; crv: string; x: string; y: string }

/** Key pairs of access tokens. The newest one signs, once every process has had time to learn of it. */
export const signingKeys = pgTable(
  'signing_keys',
  {
    kid: text('kid').primaryKey(),
    publicJwk: jsonb('public_jwk').$type<PublicJwk>().notNull(),
    /** The private JWK, sealed for this `kid`. */
    sealedPrivateJwk: text('sealed_private_jwk').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('idx_signing_keys_created').on(table.createdAt)],
)
