import type { Forecast, Insights } from '../../schema/wire/analytics'
import type {
  BuilderDashboard,
  Challenge,
  EndUserDashboard,
  Implementation,
  IngestReport,
  Login,
  Offer,
  PlatformAnalytics,
  Project,
  Release,
  Usage,
  User,
  Version,
  WidgetError,
} from '../../schema/wire/api'
import type { JsonObject } from '../../schema/wire/json'
import type { Persona } from '../../schema/wire/permission'
import type {
  ChallengeRequest,
  ImplementRequest,
  LoginRequest,
  RegisterRequest,
} from '../../schema/wire/requests'
import { aheadQuery, rangeQuery, timezoneQuery, type RangeName } from './range'
import { request } from './request'

/** The data of an answer. */
export const get = async <T>(path: string) => (await request<T>(path)).data
export const send = async <T>(method: string, path: string, body?: object) =>
  (await request<T>(path, method, body)).data

export const login = (body: LoginRequest) => send<Login | Challenge>('POST', '/api/auth/login', body)
export const answerChallenge = (body: ChallengeRequest) =>
  send<Login>('POST', '/api/auth/login/second-factor', body)
export const register = (body: RegisterRequest) => send<Login>('POST', '/api/auth/register', body)
export const logout = () => send<null>('POST', '/api/auth/logout')
export const getMe = () => get<User>('/api/auth/me')
export const setPersona = (persona: Persona) => send<Login>('POST', '/api/auth/persona', { persona })

export const getBuilderDashboard = (id: string, range: RangeName) =>
  get<BuilderDashboard>(`/api/builders/${id}/dashboard?${rangeQuery(range)}`)
export const getIngestReport = (id: string, range: RangeName) =>
  get<IngestReport>(`/api/builders/${id}/ingest?${rangeQuery(range)}`)
export const getEndUserDashboard = (id: string, range: RangeName) =>
  get<EndUserDashboard>(`/api/end-users/${id}/dashboard?${rangeQuery(range)}`)
export const getPlatformAnalytics = (range: RangeName) =>
  get<PlatformAnalytics>(`/api/analytics/platform?${rangeQuery(range)}`)
export const getUsage = (implementation: string, range: RangeName) =>
  get<Usage>(`/api/end-users/me/usage?${rangeQuery(range)}&implementation=${implementation}`)

/** Of all that the user sees. */
export const getForecast = (range: RangeName) =>
  get<Forecast>(`/api/analytics/forecasts?${aheadQuery(range)}`)
export const listInsights = () => get<Insights>(`/api/analytics/insights?${timezoneQuery()}`)

export const listProjects = (page: number) => request<Project[]>(`/api/projects?page=${page}`)
export const getProject = (id: string) => get<Project>(`/api/projects/${id}`)
export const listErrors = (id: string) => get<WidgetError[]>(`/api/projects/${id}/errors`)
export const listVersions = (id: string) => get<Version[]>(`/api/projects/${id}/versions`)
export const release = (id: string, channel: string, version: string) =>
  send<Release>('POST', `/api/projects/${id}/channels/${channel}/release`, { version })
export const rollBack = (id: string, channel: string, version: string, reason: string) =>
  send<Release>('POST', `/api/projects/${id}/channels/${channel}/rollback`, { version, reason })

export const submitProject = (id: string) => send<Project>('POST', `/api/projects/${id}/submit`)

export const listMarketplace = (page: number) => request<Offer[]>(`/api/marketplace?page=${page}`)
export const getOffer = (id: string) => get<Offer>(`/api/marketplace/${id}`)
export const implement = (body: ImplementRequest) =>
  send<Implementation>('POST', '/api/widgets/implement', body)
export const getWidget = (id: string) => get<Implementation>(`/api/widgets/${id}`)
export const configure = (id: string, configuration: JsonObject) =>
  send<Implementation>('PATCH', `/api/widgets/${id}/configuration`, { configuration })
export const setStatus = (id: string, status: 'active' | 'paused') =>
  send<Implementation>('PATCH', `/api/widgets/${id}/status`, { status })
export const setOrigins = (id: string, origins: string[]) =>
  send<Implementation>('PUT', `/api/widgets/${id}/origins`, { origins })
