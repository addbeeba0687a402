import { Hono } from 'hono'
import { serveFrame } from '../frame/serve-frame'
import type { AppEnv } from './context'

export const frame = new Hono<AppEnv>()

frame.get('/:id', async (c) => {
  const { status, headers, html } = await serveFrame(
    c.var.handles,
    c.req.param('id'),
    c.req.query('preview') !== undefined,
  )
  return c.html(html, status, headers)
})
