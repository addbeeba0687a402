import { Hono } from 'hono'
import { OrielError } from '../../../schema/wire/error'
import { getJob, listJobs, retryJob } from '../privacy/read-jobs'
import { requireActor, requireSession } from './authenticate'
import type { AppEnv } from './context'
import { readId } from './read-request'

/** Mounted at /api/jobs: what runs on after its request was answered, for who asked for it. */
export const jobs = new Hono<AppEnv>()

jobs.get('/', requireActor, async (c) =>
  c.json({ success: true, data: await listJobs(c.var.handles, c.var.actor) }),
)

jobs.get('/:id', requireActor, async (c) =>
  c.json({ success: true, data: await getJob(c.var.handles, c.var.actor, readId(c.req, 'job')) }),
)

jobs.post('/:id/retry', requireSession, async (c) =>
  c.json({ success: true, data: await retryJob(c.var.handles, c.var.by, readId(c.req, 'job')) }),
)

/** Everything about somebody is for nobody who only looks through their eyes. */
jobs.get('/:id/file', requireSession, async (c) => {
  const { actor, handles } = c.var
  const { id, file, createdAt } = await getJob(handles, actor, readId(c.req, 'job'))
  const { openExport } = await import('../privacy/export-file')
  const zip = file && !actor.impersonation && (await openExport(handles.config, id))
  if (!zip) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no file to fetch here, or not any more.')
  return c.body(zip as ReadableStream, 200, {
    'Content-Type': 'application/zip',
    'Content-Length': String(file.bytes),
    'Content-Disposition': `attachment; filename="oriel-${new Date(createdAt).toISOString().slice(0, 10)}.zip"`,
  })
})
