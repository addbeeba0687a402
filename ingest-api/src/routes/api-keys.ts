import { Hono } from 'hono'
import { createApiKeyRequest } from '../../../schema/checks/accounts'
import { createApiKey } from '../accounts/create-api-key'
import { listApiKeys } from '../accounts/list-api-keys'
import { revokeApiKey } from '../accounts/revoke-api-key'
import { requireSession } from './authenticate'
import type { AppEnv } from './context'
import { once } from './once'
import { readBody, readId } from './read-request'

/** Keys are made, seen and revoked by people only: a leaked key makes no other. */
export const apiKeys = new Hono<AppEnv>()

apiKeys.post('/', requireSession, once, async (c) => {
  const request = await readBody(c.req, createApiKeyRequest)
  return c.json({ success: true, data: await createApiKey(c.var.handles, c.var.by, request) }, 201)
})

apiKeys.get('/', requireSession, async (c) =>
  c.json({ success: true, data: await listApiKeys(c.var.handles, c.var.actor) }),
)

apiKeys.delete('/:id', requireSession, async (c) => {
  await revokeApiKey(c.var.handles, c.var.by, readId(c.req, 'apiKey'))
  return c.json({ success: true, data: null })
})
