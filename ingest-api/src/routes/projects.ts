import { Hono } from 'hono'
import { channelName, page } from '../../../schema/checks/fields'
import { projectsQuery } from '../../../schema/checks/lists'
import {
  createProjectRequest,
  releaseRequest,
  rollbackRequest,
  updateProjectRequest,
} from '../../../schema/checks/projects'
import { usageQuery } from '../../../schema/checks/usage'
import { deleteProject, restoreProject, updateProject } from '../projects/change-project'
import { createProject } from '../projects/create-project'
import { listVersions } from '../projects/list-versions'
import { previewRollback } from '../projects/preview-rollback'
import { publishVersion } from '../projects/publish-version'
import { getProject, listProjects } from '../projects/read-projects'
import { releaseVersion } from '../projects/release-version'
import { submitProject } from '../projects/review-project'
import { traceErrors } from '../projects/trace-errors'
import { answerKept } from './answer-kept'
import { requirePermission } from './authenticate'
import type { AppEnv } from './context'
import { once } from './once'
import { checkInput, readBody, readId, readQuery } from './read-request'
import { readUpload } from './read-upload'
import { requireTenant } from './require-tenant'

export const projects = new Hono<AppEnv>()

projects.use(requireTenant, requirePermission('create_projects'))

projects.post('/', once, async (c) => {
  const request = await readBody(c.req, createProjectRequest)
  return c.json({ success: true, data: await createProject(c.var.handles, c.var, request) }, 201)
})

projects.get('/', (c) =>
  answerKept(c, (handles) => listProjects(handles, c.var.actor, readQuery(c.req, projectsQuery))),
)

projects.get('/:id', async (c) => {
  const id = readId(c.req, 'project')
  return c.json({ success: true, data: await getProject(c.var.handles, c.var.actor, id) })
})

projects.patch('/:id', async (c) => {
  const id = readId(c.req, 'project')
  const changes = await readBody(c.req, updateProjectRequest)
  return c.json({ success: true, data: await updateProject(c.var.handles, c.var, id, changes) })
})

projects.delete('/:id', async (c) => {
  await deleteProject(c.var.handles, c.var, readId(c.req, 'project'))
  return c.json({ success: true, data: null })
})

projects.post('/:id/restore', async (c) => {
  const id = readId(c.req, 'project')
  return c.json({ success: true, data: await restoreProject(c.var.handles, c.var, id) })
})

projects.post('/:id/submit', requirePermission('publish_to_marketplace'), async (c) => {
  const id = readId(c.req, 'project')
  return c.json({ success: true, data: await submitProject(c.var.handles, c.var, id) })
})

projects.post('/:id/versions', once, async (c) => {
  const id = readId(c.req, 'project')
  const upload = await readUpload(c.req)
  const { version, created } = await publishVersion(c.var.handles, c.var, id, upload)
  return c.json({ success: true, data: version }, created ? 201 : 200)
})

projects.get('/:id/versions', async (c) => {
  const id = readId(c.req, 'project')
  const query = readQuery(c.req, page)
  return c.json({ success: true, ...(await listVersions(c.var.handles, c.var.actor, id, query)) })
})

projects.get('/:id/errors', async (c) => {
  const id = readId(c.req, 'project')
  const period = readQuery(c.req, usageQuery)
  return c.json({ success: true, data: await traceErrors(c.var.handles, c.var.actor, id, period) })
})

projects.post('/:id/channels/:channel/release', once, async (c) => {
  const projectId = readId(c.req, 'project')
  const channel = checkInput(channelName, c.req.param('channel'), 'channel')
  const { version } = await readBody(c.req, releaseRequest)
  const move = { projectId, channel, version, kind: 'release' } as const
  const { release, created } = await releaseVersion(c.var.handles, c.var, move)
  return c.json({ success: true, data: release }, created ? 201 : 200)
})

projects.post('/:id/channels/:channel/rollback', once, async (c) => {
  const projectId = readId(c.req, 'project')
  const channel = checkInput(channelName, c.req.param('channel'), 'channel')
  const { version, reason, dryRun } = await readBody(c.req, rollbackRequest)
  const move = { projectId, channel, version, reason, kind: 'rollback' } as const
  if (dryRun) return c.json({ success: true, data: await previewRollback(c.var.handles, c.var.actor, move) })
  return c.json({ success: true, data: (await releaseVersion(c.var.handles, c.var, move)).release }, 201)
})
