import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { OrielError } from '../../../schema/wire/error'
import { MAX_BATCH_BYTES } from '../../../schema/wire/event'
import { acceptBatch } from '../ingest/accept-batch'
import type { AppEnv } from './context'
import { readSource } from './read-source'

export const events = new Hono<AppEnv>()

/** A frame with an opaque origin sends `Origin: null` and reads its receipt; the token, not the origin, says who it is. */
events.use(async (c, next) => {
  await next()
  c.header('Access-Control-Allow-Origin', '*')
  c.header('Access-Control-Expose-Headers', 'Retry-After')
})

events.options('/', (c) =>
  c.body(null, 204, {
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': 'Content-Type',
    'Access-Control-Max-Age': '86400',
  }),
)

const refuseTooLarge = () => {
  throw new OrielError('PAYLOAD_TOO_LARGE', `A batch may have at most ${MAX_BATCH_BYTES / 1024} KB.`)
}

events.post('/', bodyLimit({ maxSize: MAX_BATCH_BYTES, onError: refuseTooLarge }), async (c) => {
  const receipt = await acceptBatch(c.var.handles, await c.req.json().catch(refuseMalformed), readSource(c))
  return c.json(receipt, 202)
})

const refuseMalformed = (error: unknown) => {
  if (error instanceof SyntaxError)
    throw new OrielError('MALFORMED_REQUEST', `The body is not JSON: ${error.message}`)
  throw error
}
