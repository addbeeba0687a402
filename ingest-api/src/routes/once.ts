import { createHash } from 'node:crypto'
import type { HonoRequest } from 'hono'
import { createMiddleware } from 'hono/factory'
import { invalidFields } from '../../../schema/wire/error'
import { claimKey, freeKey, keepAnswer } from '../request-key'
import type { AppEnv } from './context'
import { readBytes } from './read-request'
import { MAX_UPLOAD_BYTES } from './read-upload'

const KEY = /^[\x21-\x7e]{8,255}$/

/**
 * Behind a middleware that says who asks: does a request with an `Idempotency-Key` at most once. The same request again
 * gets the same answer, byte for byte; a refused one may be tried again.
 */
export const once = createMiddleware<AppEnv>(async (c, next) => {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return next()
  if (!KEY.test(key))
    throw invalidFields([{ path: 'Idempotency-Key', message: 'Must be 8 to 255 visible ASCII characters.' }])
  const { platform, actor } = c.var
  const request = { ownerId: actor.userId, key, hash: await hashOf(c.req) }
  const kept = await claimKey(platform, request)
  if (kept)
    return new Response(kept.answer, {
      status: kept.status,
      headers: { 'Content-Type': 'application/json', 'Idempotency-Replayed': 'true' },
    })
  await next()
  if (c.res.ok)
    await keepAnswer(platform, request, { status: c.res.status, answer: await c.res.clone().text() })
  else await freeKey(platform, request)
})

/** The same for the same method, path and body. A form is the same whatever boundary its sender has made up. */
async function hashOf(request: HonoRequest): Promise<string> {
  const bytes = await readBytes({ raw: request.raw.clone() }, MAX_UPLOAD_BYTES)
  const boundary = /boundary="?([^";]+)/.exec(request.header('content-type') ?? '')?.[1]
  const text = Buffer.from(bytes).toString('latin1')
  const body = boundary ? text.replaceAll(`--${boundary}`, '--') : text
  return createHash('sha256')
    .update(`${request.method} ${request.path}\n${body}`, 'latin1')
    .digest('base64url')
}
