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
  UpdateUserRequest,
} from '../schema/wire/admin'
import type { Alert, AlertRule, CreateAlertRuleRequest, UpdateAlertRuleRequest } from '../schema/wire/alert'
import type { Anomalies, DataPoint, EventStreams, Forecast, Insights, Kpis } from '../schema/wire/analytics'
import type {
  ApiKey,
  BuilderDashboard,
  BuilderImplementation,
  Challenge,
  Customer,
  EndUserDashboard,
  Implementation,
  IngestReport,
  Login,
  NewApiKey,
  Offer,
  Pagination,
  PlatformAnalytics,
  Project,
  Release,
  RollbackPreview,
  Runtime,
  Session,
  Success,
  Usage,
  User,
  Version,
  WidgetError,
} from '../schema/wire/api'
import type { DashboardData, DashboardRequest, SavedDashboard } from '../schema/wire/dashboard'
import type { ErrorBody, ErrorCode, ErrorDetails } from '../schema/wire/error'
import type { EventType, Receipt, WireEvent } from '../schema/wire/event'
import type { Job, Retention, RetentionDays } from '../schema/wire/job'
import type { JsonObject } from '../schema/wire/json'
import type { Manifest } from '../schema/wire/manifest'
import type { Metric } from '../schema/wire/metric'
import type { OwnAnalysis, Pipeline, PipelineRun } from '../schema/wire/pipeline'
import type { Persona } from '../schema/wire/permission'
import type { Allowance, Plan } from '../schema/wire/plan'
import type {
  CreateApiKeyRequest,
  CreateProjectRequest,
  ImplementRequest,
  RegisterRequest,
  RollbackRequest,
  StatusRequest,
  UpdateProjectRequest,
} from '../schema/wire/requests'
import type { CreateReportRequest, Report, ReportRun, UpdateReportRequest } from '../schema/wire/report'
import type { Billing, Revenue } from '../schema/wire/revenue'

/** A request that was refused, in the server's words. `status` is 0 when no answer of Oriel came at all. */
export class ApiError extends Error {
  override name = 'ApiError'
  constructor(
    message: string,
    readonly code: ErrorCode | 'UNREACHABLE',
    readonly status: number,
    readonly details: ErrorDetails = {},
    readonly requestId?: string,
  ) {
    super(message)
  }
}

export type Page<Item> = { data: Item[]; pagination: Pagination }

/** What can be asked of a list or a report: `page`, `search`, `from` … Undefined ones are left out. */
export type QueryParams = Record<string, string | number | undefined>

/** `idempotencyKey` does a request at most once; `ifMatch` only to the state that was seen. */
export type Care = { idempotencyKey?: string; ifMatch?: string }

export type ApiClientOptions = {
  /** An access token or an API key. After {@link ApiClient.login} the client has its own. */
  token?: string
  fetch?: (input: string, init: RequestInit) => Response | Promise<Response>
}

type Sent = { query?: QueryParams | undefined; body?: object | undefined; care?: Care | undefined }

/**
 * Oriel's HTTP API for programs, one method for each operation that a program may do, by the operation's name at
 * `/openapi.json`. `id` of a builder or an end user may be `me`. Every method throws {@link ApiError}.
 * @example const client = new ApiClient('https://oriel.example', { token: process.env.ORIEL_KEY })
 */
export class ApiClient {
  private readonly baseURL: string
  private readonly fetch: NonNullable<ApiClientOptions['fetch']>
  private token: string | undefined
  private refreshToken: string | undefined
  private refreshing: Promise<Login> | undefined

  constructor(baseURL: string, { token, fetch = globalThis.fetch.bind(globalThis) }: ApiClientOptions = {}) {
    this.baseURL = baseURL.replace(/\/$/, '')
    this.token = token
    this.fetch = fetch
  }

  /** Signs in for as long as the client is used: access tokens are refreshed by themselves. */
  login = async (credentials: { email: string; password: string }): Promise<Login | Challenge> => {
    const body = { ...credentials, delivery: 'body' }
    const answer = await this.one<Login | Challenge>('POST', '/api/auth/login', { body })
    return 'challenge' in answer ? answer : this.keep(answer)
  }
  answerChallenge = async (answer: { challenge: string; code: string }) =>
    this.keep(
      await this.one<Login>('POST', '/api/auth/login/second-factor', {
        body: { ...answer, delivery: 'body' },
      }),
    )
  register = async (person: Omit<RegisterRequest, 'delivery'>) =>
    this.keep(await this.one<Login>('POST', '/api/auth/register', { body: { ...person, delivery: 'body' } }))
  refresh = async () =>
    this.keep(
      await this.one<Login>('POST', '/api/auth/refresh', { body: { refreshToken: this.refreshToken } }),
    )
  switchPersona = async (persona: Persona) =>
    this.keep(await this.one<Login>('POST', '/api/auth/persona', { body: { persona } }))
  logout = async () => {
    await this.one<null>('POST', '/api/auth/logout')
    this.token = this.refreshToken = undefined
  }
  getMe = () => this.one<User>('GET', '/api/auth/me')
  endImpersonation = () => this.one<null>('DELETE', '/api/auth/impersonation')
  listSessions = () => this.one<Session[]>('GET', '/api/auth/sessions')
  endSession = (id: string) => this.one<null>('DELETE', `/api/auth/sessions/${at(id)}`)
  endOtherSessions = () => this.one<{ ended: number }>('DELETE', '/api/auth/sessions')
  listApiKeys = () => this.one<ApiKey[]>('GET', '/api/auth/api-keys')
  createApiKey = (body: CreateApiKeyRequest, care?: Care) =>
    this.one<NewApiKey>('POST', '/api/auth/api-keys', { body, care })
  revokeApiKey = (id: string) => this.one<null>('DELETE', `/api/auth/api-keys/${at(id)}`)

  exportMe = () => this.one<Job>('POST', '/api/auth/export')
  listJobs = () => this.one<Job[]>('GET', '/api/jobs')
  getJob = (id: string) => this.one<Job>('GET', `/api/jobs/${at(id)}`)
  retryJob = (id: string) => this.one<Job>('POST', `/api/jobs/${at(id)}/retry`)

  listProjects = (query?: QueryParams) => this.page<Project>('/api/projects', query)
  createProject = (body: CreateProjectRequest, care?: Care) =>
    this.one<Project>('POST', '/api/projects', { body, care })
  getProject = (id: string) => this.one<Project>('GET', `/api/projects/${at(id)}`)
  updateProject = (id: string, body: UpdateProjectRequest) =>
    this.one<Project>('PATCH', `/api/projects/${at(id)}`, { body })
  deleteProject = (id: string) => this.one<null>('DELETE', `/api/projects/${at(id)}`)
  restoreProject = (id: string) => this.one<Project>('POST', `/api/projects/${at(id)}/restore`)
  submitProject = (id: string) => this.one<Project>('POST', `/api/projects/${at(id)}/submit`)
  listVersions = (id: string, query?: QueryParams) =>
    this.page<Version>(`/api/projects/${at(id)}/versions`, query)
  listErrors = (id: string, query?: QueryParams) =>
    this.one<WidgetError[]>('GET', `/api/projects/${at(id)}/errors`, { query })
  publishVersion = (
    id: string,
    upload: ({ bundle: Blob } | { bundleUrl: string }) & { manifest: Manifest; sourceMap?: Blob },
    care?: Care,
  ) => {
    const { manifest, sourceMap } = upload
    const body = new FormData()
    if ('bundle' in upload) body.set('bundle', upload.bundle, 'bundle.js')
    else body.set('bundleUrl', upload.bundleUrl)
    body.set('manifest', JSON.stringify(manifest))
    if (sourceMap) body.set('sourceMap', sourceMap, 'bundle.js.map')
    return this.one<Version>('POST', `/api/projects/${at(id)}/versions`, { body, care })
  }
  releaseVersion = (id: string, channel: string, version: string, care?: Care) =>
    this.one<Release>('POST', `/api/projects/${at(id)}/channels/${at(channel)}/release`, {
      body: { version },
      care,
    })
  rollbackVersion = (id: string, channel: string, body: RollbackRequest, care?: Care) =>
    this.one<Release | RollbackPreview>('POST', `/api/projects/${at(id)}/channels/${at(channel)}/rollback`, {
      body,
      care,
    })

  getBuilderDashboard = (builderId: string, query?: QueryParams) =>
    this.one<BuilderDashboard>('GET', `/api/builders/${at(builderId)}/dashboard`, { query })
  getBuilderProjects = (builderId: string, query?: QueryParams) =>
    this.page<Project>(`/api/builders/${at(builderId)}/projects`, query)
  getBuilderImplementations = (builderId: string, query?: QueryParams) =>
    this.page<BuilderImplementation>(`/api/builders/${at(builderId)}/implementations`, query)
  getBuilderCustomers = (builderId: string, query?: QueryParams) =>
    this.page<Customer>(`/api/builders/${at(builderId)}/customers`, query)
  getBuilderIngest = (builderId: string, query?: QueryParams) =>
    this.one<IngestReport>('GET', `/api/builders/${at(builderId)}/ingest`, { query })
  /** The pagination is of `events`. */
  getBuilderRevenue = (builderId: string, query?: QueryParams) =>
    this.whole<Revenue>('GET', `/api/builders/${at(builderId)}/revenue`, { query })

  getEndUserDashboard = (endUserId: string, query?: QueryParams) =>
    this.one<EndUserDashboard>('GET', `/api/end-users/${at(endUserId)}/dashboard`, { query })
  getEndUserWidgets = (endUserId: string, query?: QueryParams) =>
    this.page<Implementation>(`/api/end-users/${at(endUserId)}/widgets`, query)
  getEndUserUsage = (endUserId: string, query?: QueryParams) =>
    this.one<Usage>('GET', `/api/end-users/${at(endUserId)}/usage`, { query })
  /** The pagination is of `events`. */
  getEndUserBilling = (endUserId: string, query?: QueryParams) =>
    this.whole<Billing>('GET', `/api/end-users/${at(endUserId)}/billing`, { query })

  listOffers = (query?: QueryParams) => this.page<Offer>('/api/marketplace', query)
  getOffer = (id: string) => this.one<Offer>('GET', `/api/marketplace/${at(id)}`)
  implementWidget = (body: ImplementRequest, care?: Care) =>
    this.one<Implementation>('POST', '/api/widgets/implement', { body, care })
  getWidget = (widgetId: string) => this.one<Implementation>('GET', `/api/widgets/${at(widgetId)}`)
  removeWidget = (widgetId: string) => this.one<null>('DELETE', `/api/widgets/${at(widgetId)}`)
  restoreWidget = (widgetId: string) =>
    this.one<Implementation>('POST', `/api/widgets/${at(widgetId)}/restore`)
  updateWidgetConfiguration = (widgetId: string, configuration: JsonObject, care?: Care) =>
    this.one<Implementation>('PATCH', `/api/widgets/${at(widgetId)}/configuration`, {
      body: { configuration },
      care,
    })
  setWidgetOrigins = (widgetId: string, origins: string[]) =>
    this.one<Implementation>('PUT', `/api/widgets/${at(widgetId)}/origins`, { body: { origins } })
  pinWidget = (widgetId: string, version: string | null) =>
    this.one<Implementation>('PUT', `/api/widgets/${at(widgetId)}/pin`, { body: { version } })
  setWidgetRetention = (id: string, days: RetentionDays) =>
    this.one<Retention>('PATCH', `/api/widgets/${at(id)}/retention`, { body: { days } })
  forgetSession = (id: string, session: string) =>
    this.one<Job>('DELETE', `/api/widgets/${at(id)}/sessions/${at(session)}`)
  setWidgetStatus = (widgetId: string, status: StatusRequest['status']) =>
    this.one<Pick<Implementation, 'id' | 'status'>>('PATCH', `/api/widgets/${at(widgetId)}/status`, {
      body: { status },
    })
  trackWidgetUsage = (
    widgetId: string,
    event: Omit<WireEvent, 'id' | 'at'> & Partial<WireEvent>,
    care?: Care,
  ) => this.one<Receipt>('POST', `/api/widgets/${at(widgetId)}/track`, { body: event, care })
  getRuntime = (widgetId: string) => this.one<Runtime>('GET', `/api/modules/${at(widgetId)}/runtime`)

  listPlans = () => this.one<Plan[]>('GET', '/api/plans')
  updatePlan = (id: string, body: Omit<Plan, 'id'>) => this.one<Plan>('PUT', `/api/plans/${at(id)}`, { body })
  getLimits = () => this.one<Allowance>('GET', '/api/limits')

  getAdminBuilders = (query?: QueryParams) => this.page<AdminBuilder>('/api/admin/builders', query)
  getAdminImplementations = (query?: QueryParams) =>
    this.page<AdminImplementation>('/api/admin/implementations', query)
  getAdminProjects = (query?: QueryParams) => this.page<Project>('/api/admin/projects', query)
  reviewProject = (id: string, body: ReviewRequest) =>
    this.one<Project>('PATCH', `/api/admin/projects/${at(id)}`, { body })
  getAdminUsers = (query?: QueryParams) => this.page<AdminUser>('/api/admin/users', query)
  getAdminUser = (id: string) => this.one<AdminUser>('GET', `/api/admin/users/${at(id)}`)
  updateUser = (id: string, body: UpdateUserRequest) =>
    this.one<AdminUser>('PATCH', `/api/admin/users/${at(id)}`, { body })
  suspendUser = (id: string) => this.one<AdminUser>('POST', `/api/admin/users/${at(id)}/suspend`)
  restoreUser = (id: string) => this.one<AdminUser>('POST', `/api/admin/users/${at(id)}/restore`)
  impersonateUser = (id: string, body: ImpersonateRequest) =>
    this.one<Login>('POST', `/api/admin/users/${at(id)}/impersonate`, { body })
  removeUser = (id: string) => this.one<AdminUser>('DELETE', `/api/admin/users/${at(id)}`)
  changeUsers = (body: BulkUsersRequest, care?: Care) =>
    this.one<BulkResult>('POST', '/api/admin/users/bulk', { body, care })
  getUserAuditLogs = (id: string, query?: QueryParams) =>
    this.page<AuditEntry>(`/api/admin/users/${at(id)}/audit-logs`, query)
  getAuditLogs = (query?: QueryParams) => this.page<AuditEntry>('/api/admin/audit-logs', query)
  getDeadLetters = (query?: QueryParams) => this.page<DeadLetter>('/api/admin/dead-letters', query)
  getDeadLetter = (id: string) => this.one<DeadLetter>('GET', `/api/admin/dead-letters/${at(id)}`)
  replayDeadLetter = (id: string, body: ReplayRequest) =>
    this.one<DeadLetter>('POST', `/api/admin/dead-letters/${at(id)}/replay`, { body })
  discardDeadLetter = (id: string, body: DiscardRequest) =>
    this.one<DeadLetter>('POST', `/api/admin/dead-letters/${at(id)}/discard`, { body })
  verifyAuditLogs = () => this.one<AuditSeal>('GET', '/api/admin/audit-logs/verify')
  getSeries = (query?: QueryParams) => this.one<Usage>('GET', '/api/analytics/series', { query })
  listMetrics = () => this.one<Metric[]>('GET', '/api/analytics/metrics')
  getKpis = (query?: QueryParams) => this.one<Kpis>('GET', '/api/analytics/kpis', { query })
  listStreams = (query?: QueryParams) => this.one<EventStreams>('GET', '/api/analytics/streams', { query })
  listDataPoints = (type: EventType, query?: QueryParams) =>
    this.one<DataPoint[]>('GET', `/api/analytics/streams/${at(type)}`, { query })
  getForecast = (query?: QueryParams) => this.one<Forecast>('GET', '/api/analytics/forecasts', { query })
  getAnomalies = (query?: QueryParams) => this.one<Anomalies>('GET', '/api/analytics/anomalies', { query })
  listInsights = (query?: QueryParams) => this.one<Insights>('GET', '/api/analytics/insights', { query })
  getPlatformAnalytics = (query?: QueryParams) =>
    this.one<PlatformAnalytics>('GET', '/api/analytics/platform', { query })

  listAlertRules = (query?: QueryParams) => this.page<AlertRule>('/api/analytics/alert-rules', query)
  createAlertRule = (body: CreateAlertRuleRequest, care?: Care) =>
    this.one<AlertRule>('POST', '/api/analytics/alert-rules', { body, care })
  getAlertRule = (id: string) => this.one<AlertRule>('GET', `/api/analytics/alert-rules/${at(id)}`)
  updateAlertRule = (id: string, body: UpdateAlertRuleRequest, care?: Care) =>
    this.one<AlertRule>('PATCH', `/api/analytics/alert-rules/${at(id)}`, { body, care })
  deleteAlertRule = (id: string, care?: Care) =>
    this.one<null>('DELETE', `/api/analytics/alert-rules/${at(id)}`, { care })
  listAlerts = (query?: QueryParams) => this.page<Alert>('/api/analytics/alerts', query)
  getAlert = (id: string) => this.one<Alert>('GET', `/api/analytics/alerts/${at(id)}`)
  acknowledgeAlert = (id: string) => this.one<Alert>('POST', `/api/analytics/alerts/${at(id)}/acknowledge`)
  resolveAlert = (id: string) => this.one<Alert>('POST', `/api/analytics/alerts/${at(id)}/resolve`)

  listDashboards = (query?: QueryParams) => this.page<SavedDashboard>('/api/analytics/dashboards', query)
  createDashboard = (body: DashboardRequest, care?: Care) =>
    this.one<SavedDashboard>('POST', '/api/analytics/dashboards', { body, care })
  getDashboard = (id: string) => this.one<SavedDashboard>('GET', `/api/analytics/dashboards/${at(id)}`)
  replaceDashboard = (id: string, body: DashboardRequest, care?: Care) =>
    this.one<SavedDashboard>('PUT', `/api/analytics/dashboards/${at(id)}`, { body, care })
  deleteDashboard = (id: string, care?: Care) =>
    this.one<null>('DELETE', `/api/analytics/dashboards/${at(id)}`, { care })
  getDashboardData = (id: string) =>
    this.one<DashboardData>('GET', `/api/analytics/dashboards/${at(id)}/data`)

  listReports = (query?: QueryParams) => this.page<Report>('/api/analytics/reports', query)
  createReport = (body: CreateReportRequest, care?: Care) =>
    this.one<Report>('POST', '/api/analytics/reports', { body, care })
  getReport = (id: string) => this.one<Report>('GET', `/api/analytics/reports/${at(id)}`)
  updateReport = (id: string, body: UpdateReportRequest, care?: Care) =>
    this.one<Report>('PATCH', `/api/analytics/reports/${at(id)}`, { body, care })
  deleteReport = (id: string, care?: Care) =>
    this.one<null>('DELETE', `/api/analytics/reports/${at(id)}`, { care })
  runReport = (id: string, query?: { at?: number }) =>
    this.one<ReportRun>('GET', `/api/analytics/reports/${at(id)}/run`, { query })

  listPipelines = () => this.one<Pipeline[]>('GET', '/api/analytics/pipelines')
  runPipeline = (name: OwnAnalysis) =>
    this.one<PipelineRun>('POST', `/api/analytics/pipelines/${at(name)}/run`)

  private keep(login: Login): Login {
    this.token = login.accessToken
    this.refreshToken = login.refreshToken ?? this.refreshToken
    return login
  }

  private async one<Data>(method: string, path: string, sent: Sent = {}): Promise<Data> {
    return (await this.ask<Data>(method, path, sent)).data
  }

  private async page<Item>(path: string, query?: QueryParams): Promise<Page<Item>> {
    return this.whole<Item[]>('GET', path, { query })
  }

  private async whole<Data>(method: string, path: string, sent: Sent) {
    const { data, pagination } = await this.ask<Data>(method, path, sent)
    return { data, pagination: pagination! }
  }

  /** Asks, and once more with a fresh token when this one has just run out; many at once refresh it once. */
  private async ask<Data>(method: string, path: string, sent: Sent): Promise<Success<Data>> {
    try {
      return await this.send<Data>(method, path, sent)
    } catch (error) {
      const isOver = error instanceof ApiError && error.code === 'TOKEN_EXPIRED'
      if (!isOver || !this.refreshToken || path.startsWith('/api/auth/refresh')) throw error
      this.refreshing ??= this.refresh().finally(() => (this.refreshing = undefined))
      await this.refreshing
      return this.send<Data>(method, path, sent)
    }
  }

  private async send<Data>(
    method: string,
    path: string,
    { query, body, care }: Sent,
  ): Promise<Success<Data>> {
    const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    )
    const search = pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''
    const isForm = body instanceof FormData
    const response = await this.reach(`${this.baseURL}${path}${search}`, {
      method,
      headers: {
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
        ...(body && !isForm && { 'Content-Type': 'application/json' }),
        ...(care?.idempotencyKey !== undefined && { 'Idempotency-Key': care.idempotencyKey }),
        ...(care?.ifMatch !== undefined && { 'If-Match': care.ifMatch }),
      },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    })
    const answer: Success<Data> | ErrorBody = await response.json().catch(() => {
      throw new ApiError(`${path} answered ${response.status}, but not as Oriel does.`, 'UNREACHABLE', 0)
    })
    if (answer.success) return answer
    const { code, message, details, requestId } = answer.error
    throw new ApiError(message, code, response.status, details, requestId)
  }

  private async reach(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.fetch(url, init)
    } catch (error) {
      throw new ApiError(`${this.baseURL} cannot be reached: ${String(error)}`, 'UNREACHABLE', 0)
    }
  }
}

const at = encodeURIComponent
