import { Hono } from 'hono'
import { serveFrame, serveLauncher } from '../frame/serve-frame'
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

frame.get('/:id/launcher.js', async (c) => {
  const { headers, script } = await serveLauncher(c.var.handles, c.req.param('id'))
  return c.body(script, 200, headers)
})
