import type {
  Alert,
  AlertRule,
  CreateAlertRuleRequest,
  UpdateAlertRuleRequest,
} from '../../schema/wire/alert'
import type { Implementation, Project, Success } from '../../schema/wire/api'
import type { Persona } from '../../schema/wire/permission'
import { send } from './api'
import { request } from './request'

/** What people ask of the API about what they watch. */

const ALERTS = '/api/analytics/alerts'
const RULES = '/api/analytics/alert-rules'

export const listAlerts = (state: string, page: number): Promise<Success<Alert[]>> =>
  request<Alert[]>(`${ALERTS}?page=${page}${state && `&state=${state}`}`)
export const acknowledgeAlert = (id: string) => send<Alert>('POST', `${ALERTS}/${id}/acknowledge`)
export const resolveAlert = (id: string) => send<Alert>('POST', `${ALERTS}/${id}/resolve`)

export const listRules = (page: number): Promise<Success<AlertRule[]>> =>
  request<AlertRule[]>(`${RULES}?page=${page}`)
export const createRule = (body: CreateAlertRuleRequest) => send<AlertRule>('POST', RULES, body)
export const updateRule = (id: string, body: UpdateAlertRuleRequest) =>
  send<AlertRule>('PATCH', `${RULES}/${id}`, body)
export const deleteRule = (id: string) => send<null>('DELETE', `${RULES}/${id}`)

/** What a rule can be narrowed to: a site owner's widgets, a builder's projects; the platform is watched as a whole. */
export async function listWatchable(persona: Persona): Promise<{ id: string; name: string }[]> {
  if (persona === 'end_user')
    return (await request<Implementation[]>('/api/end-users/me/widgets?limit=100&sort=name&order=asc')).data
  if (persona === 'builder')
    return (await request<Project[]>('/api/projects?limit=100&sort=name&order=asc')).data
  return []
}
