import { Hono } from 'hono'
import {
  bulkUsersRequest,
  discardRequest,
  impersonateRequest,
  replayRequest,
  reviewRequest,
  updateUserRequest,
} from '../../../schema/checks/admin'
import {
  auditQuery,
  buildersQuery,
  deadLettersQuery,
  implementationsQuery,
  projectsQuery,
  usersQuery,
} from '../../../schema/checks/lists'
import { setUserState, updateUser } from '../accounts/change-user'
import { changeUsers } from '../accounts/change-users'
import { startImpersonation } from '../accounts/impersonate'
import { getUser, listBuilders, listUsers } from '../accounts/list-users'
import { listAudit, verifyAudit } from '../accounts/read-audit'
import { removeSecondFactor } from '../accounts/set-second-factor'
import { discardDeadLetter, replayDeadLetter } from '../dead-letters/decide-dead-letter'
import { getDeadLetter, listDeadLetters } from '../dead-letters/read-dead-letters'
import { listAllImplementations } from '../implementations/list-all-implementations'
import { listProjects } from '../projects/read-projects'
import { reviewProject } from '../projects/review-project'
import { personOf, requireActor, requirePermission, requirePersona, setAccessCookie } from './authenticate'
import type { AppEnv } from './context'
import { once } from './once'
import { readBody, readId, readQuery } from './read-request'

/** What the platform's own people see and do. Each part needs its permission besides, so that keys can be narrow. */
export const admin = new Hono<AppEnv>()

admin.use(requireActor, requirePersona('super_admin'))

admin.get('/builders', requirePermission('manage_builders'), async (c) =>
  c.json({ success: true, ...(await listBuilders(c.var.handles, readQuery(c.req, buildersQuery))) }),
)

admin.get('/implementations', requirePermission('view_implementations'), async (c) => {
  const query = readQuery(c.req, implementationsQuery)
  return c.json({ success: true, ...(await listAllImplementations(c.var.handles, c.var.actor, query)) })
})

admin.get('/projects', requirePermission('manage_builders'), async (c) => {
  const query = readQuery(c.req, projectsQuery)
  return c.json({ success: true, ...(await listProjects(c.var.handles, c.var.actor, query)) })
})

admin.patch('/projects/:id', requirePermission('manage_builders'), async (c) => {
  const id = readId(c.req, 'project')
  const review = await readBody(c.req, reviewRequest)
  return c.json({ success: true, data: await reviewProject(c.var.handles, c.var, id, review) })
})

admin.get('/users', requirePermission('manage_users'), async (c) =>
  c.json({ success: true, ...(await listUsers(c.var.handles, readQuery(c.req, usersQuery))) }),
)

admin.post('/users/bulk', requirePermission('manage_users'), once, async (c) => {
  const request = await readBody(c.req, bulkUsersRequest)
  return c.json({ success: true, data: await changeUsers(c.var.handles, c.var, request) })
})

admin.get('/users/:id', requirePermission('manage_users'), async (c) =>
  c.json({ success: true, data: await getUser(c.var.handles, readId(c.req, 'user')) }),
)

admin.patch('/users/:id', requirePermission('manage_users'), async (c) => {
  const id = readId(c.req, 'user')
  const changes = await readBody(c.req, updateUserRequest)
  return c.json({ success: true, data: await updateUser(c.var.handles, c.var, id, changes) })
})

admin.delete('/users/:id', requirePermission('manage_users'), async (c) => {
  const id = readId(c.req, 'user')
  return c.json({ success: true, data: await setUserState(c.var.handles, c.var, id, 'remove') })
})

admin.post('/users/:id/suspend', requirePermission('manage_users'), async (c) => {
  const id = readId(c.req, 'user')
  return c.json({ success: true, data: await setUserState(c.var.handles, c.var, id, 'suspend') })
})

admin.post('/users/:id/restore', requirePermission('manage_users'), async (c) => {
  const id = readId(c.req, 'user')
  return c.json({ success: true, data: await setUserState(c.var.handles, c.var, id, 'restore') })
})

/** The access token's place is taken until it ends; the refresh token stays, and leads back. */
admin.post('/users/:id/impersonate', requirePermission('manage_users'), async (c) => {
  const id = readId(c.req, 'user')
  const by = { actor: personOf(c.var.actor), requestId: c.var.requestId }
  const request = await readBody(c.req, impersonateRequest)
  const login = await startImpersonation(c.var.handles, by, id, request)
  if (!c.req.header('authorization')) setAccessCookie(c, login.accessToken, login.expiresIn)
  return c.json({ success: true, data: login }, 201)
})

admin.delete('/users/:id/second-factor', requirePermission('manage_users'), async (c) => {
  await removeSecondFactor(c.var.handles, c.var, readId(c.req, 'user'))
  return c.json({ success: true, data: null })
})

/** What a user did; what was done to one is found by `resourceId`. */
admin.get('/users/:id/audit-logs', requirePermission('manage_users'), async (c) => {
  const { id: actor } = await getUser(c.var.handles, readId(c.req, 'user'))
  const query = readQuery(c.req, auditQuery)
  return c.json({ success: true, ...(await listAudit(c.var.handles, { ...query, actor })) })
})

admin.get('/audit-logs', requirePermission('manage_system'), async (c) =>
  c.json({ success: true, ...(await listAudit(c.var.handles, readQuery(c.req, auditQuery))) }),
)

admin.get('/audit-logs/verify', requirePermission('manage_system'), async (c) =>
  c.json({ success: true, data: await verifyAudit(c.var.handles) }),
)

admin.get('/dead-letters', requirePermission('manage_system'), async (c) =>
  c.json({ success: true, ...(await listDeadLetters(c.var.handles, readQuery(c.req, deadLettersQuery))) }),
)

admin.get('/dead-letters/:id', requirePermission('manage_system'), async (c) =>
  c.json({ success: true, data: await getDeadLetter(c.var.handles, readId(c.req, 'deadLetter')) }),
)

admin.post('/dead-letters/:id/replay', requirePermission('manage_system'), async (c) => {
  const id = readId(c.req, 'deadLetter')
  const request = await readBody(c.req, replayRequest)
  return c.json({ success: true, data: await replayDeadLetter(c.var.handles, c.var, id, request) })
})

admin.post('/dead-letters/:id/discard', requirePermission('manage_system'), async (c) => {
  const id = readId(c.req, 'deadLetter')
  const { reason } = await readBody(c.req, discardRequest)
  return c.json({ success: true, data: await discardDeadLetter(c.var.handles, c.var, id, reason) })
})
