import { Hono } from 'hono'
import { getSigningKeys, SIGNING_ALGORITHM } from '../accounts/signing-keys'
import type { AppEnv } from './context'

/** Mounted at /.well-known, where others look for what a server publishes about itself (RFC 8615). */
export const wellKnown = new Hono<AppEnv>()

/** The public keys of access tokens (RFC 7517), so that other services can read them without asking. */
wellKnown.get('/jwks.json', async (c) => {
  const keys = await getSigningKeys(c.var.handles)
  c.header('Cache-Control', 'public, max-age=300')
  return c.json({
    keys: keys.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: SIGNING_ALGORITHM, use: 'sig' })),
  })
})
