import { Hono } from 'hono'
import { MAX_BATCH_BYTES } from '../../../schema/wire/event'
import { acceptBatch } from '../ingest/accept-batch'
import { BATCH_HEADERS, batchTooLarge, parseBatch } from '../ingest/read-batch'
import type { AppEnv } from './context'
import { readBytes } from './read-request'
import { readSource } from './read-source'

/** Where there is no quicker way in (on Node, `serve.ts` is one), batches arrive here. */
export const events = new Hono<AppEnv>()

events.use(async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(BATCH_HEADERS)) c.header(name, value)
})

events.options('/', (c) =>
  c.body(null, 204, {
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': 'Content-Type',
    'Access-Control-Max-Age': '86400',
  }),
)

events.post('/', async (c) => {
  const bytes = await readBytes(c.req, MAX_BATCH_BYTES, batchTooLarge)
  const receipt = await acceptBatch(c.var.handles, parseBatch(new TextDecoder().decode(bytes)), readSource(c))
  return c.json(receipt, 202)
})
