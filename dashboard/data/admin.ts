import type {
  AdminBuilder,
  AdminImplementation,
  AdminUser,
  AuditEntry,
  AuditSeal,
  BulkResult,
  BulkUsersRequest,
  DeadLetter,
  DiscardRequest,
  ImpersonateRequest,
  ReplayRequest,
  ReviewRequest,
} from '../../schema/wire/admin'
import type { Login, Project, Success } from '../../schema/wire/api'
import { get, send } from './api'
import { request } from './request'

/** What the platform's own people ask of the API. */

/** What somebody wants to see of a list: `page`, `search`, `sort`, `order` and the list's own filters. */
export type View = Record<string, string>

const list =
  <T>(path: string) =>
  (view: View): Promise<Success<T[]>> =>
    request<T[]>(`/api/admin/${path}?${new URLSearchParams(view).toString()}`)

export const listUsers = list<AdminUser>('users')
export const listBuilders = list<AdminBuilder>('builders')
export const listImplementations = list<AdminImplementation>('implementations')
export const listAllProjects = list<Project>('projects')
export const listAudit = list<AuditEntry>('audit-logs')
export const verifyAudit = () => get<AuditSeal>('/api/admin/audit-logs/verify')

export const changeUsers = (body: BulkUsersRequest) => send<BulkResult>('POST', '/api/admin/users/bulk', body)
export const reviewProject = (id: string, body: ReviewRequest) =>
  send<Project>('PATCH', `/api/admin/projects/${id}`, body)
export const impersonate = (id: string, body: ImpersonateRequest) =>
  send<Login>('POST', `/api/admin/users/${id}/impersonate`, body)
export const endImpersonation = () => send<null>('DELETE', '/api/auth/impersonation')

export const listDeadLetters = list<DeadLetter>('dead-letters')
export const replayDeadLetter = (id: string, body: ReplayRequest) =>
  send<DeadLetter>('POST', `/api/admin/dead-letters/${id}/replay`, body)
export const discardDeadLetter = (id: string, body: DiscardRequest) =>
  send<DeadLetter>('POST', `/api/admin/dead-letters/${id}/discard`, body)
