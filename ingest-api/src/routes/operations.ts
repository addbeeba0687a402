import type { z } from 'zod'
import {
  challengeRequest,
  changeEmailRequest,
  changePasswordRequest,
  codeRequest,
  confirmRequest,
  createApiKeyRequest,
  disableSecondFactorRequest,
  forgotRequest,
  loginRequest,
  oauthQuery,
  personaRequest,
  refreshRequest,
  registerRequest,
  resetRequest,
  restoreRequest,
  updateProfileRequest,
  verifyRequest,
} from '../../../schema/checks/accounts'
import {
  bulkUsersRequest,
  discardRequest,
  impersonateRequest,
  replayRequest,
  reviewRequest,
  updateUserRequest,
} from '../../../schema/checks/admin'
import {
  anomaliesQuery,
  dataPointsQuery,
  forecastQuery,
  insightsQuery,
  kpisQuery,
  streamsQuery,
} from '../../../schema/checks/analytics'
import {
  alertRulesQuery,
  alertsQuery,
  createAlertRuleRequest,
  updateAlertRuleRequest,
} from '../../../schema/checks/alerts'
import type { AnswerName } from '../../../schema/checks/answers'
import { dashboardRequest, dashboardsQuery } from '../../../schema/checks/dashboards'
import { wireBatch } from '../../../schema/checks/event'
import { page } from '../../../schema/checks/fields'
import {
  configureRequest,
  implementRequest,
  originsRequest,
  pinRequest,
  retentionRequest,
  statusRequest,
  trackRequest,
} from '../../../schema/checks/implementations'
import {
  auditQuery,
  buildersQuery,
  customersQuery,
  deadLettersQuery,
  implementationsQuery,
  offersQuery,
  projectsQuery,
  revenueQuery,
  usersQuery,
} from '../../../schema/checks/lists'
import { planRequest } from '../../../schema/checks/plans'
import {
  createProjectRequest,
  releaseRequest,
  rollbackRequest,
  updateProjectRequest,
} from '../../../schema/checks/projects'
import {
  createReportRequest,
  reportRunQuery,
  reportsQuery,
  updateReportRequest,
} from '../../../schema/checks/reports'
import { implementationQuery, seriesQuery, usageQuery } from '../../../schema/checks/usage'
import type { ErrorCode } from '../../../schema/wire/error'

/**
 * What the API can do, one line for each route, with the very checks that the routes read with. The document at
 * /openapi.json is made of it, and tests hold it against the routes and against what they answer.
 */
export type Operation = {
  id: string
  summary: string
  /** One, a page of many, many without pages, or one that holds a page of something. */
  answer:
    AnswerName | { page: AnswerName } | { many: AnswerName } | { paged: AnswerName } | 'redirect' | 'zip'
  /** It can be asked for as CSV as well. */
  csv?: true
  /** What it answers when it goes well; 200 when left out. */
  status?: readonly number[]
  body?: z.ZodType | 'bundle'
  query?: readonly z.ZodType[]
  /** Nobody has to sign in. */
  open?: true
  /** Takes an Idempotency-Key. */
  keyed?: true
  /** Takes If-Match and answers an ETag. */
  matched?: true
  /** Besides what every request of its kind can answer. */
  errors?: readonly ErrorCode[]
}

const taken = ['RESOURCE_CONFLICT'] as const
const full = ['LIMIT_EXCEEDED'] as const
const failing = ['SERVICE_UNAVAILABLE'] as const

/* prettier-ignore */
export const OPERATIONS: Record<string, Operation> = {
  'POST /api/auth/register': { id: 'register', summary: 'Open an account and sign in', answer: 'Login', status: [201], body: registerRequest, open: true, errors: taken },
  'POST /api/auth/login': { id: 'login', summary: 'Sign in with address and password', answer: 'LoginOrChallenge', body: loginRequest, open: true, errors: ['AUTH_ERROR'] },
  'POST /api/auth/login/second-factor': { id: 'answerChallenge', summary: 'Finish signing in with a code', answer: 'Login', body: challengeRequest, open: true, errors: ['AUTH_ERROR'] },
  'POST /api/auth/refresh': { id: 'refresh', summary: 'Spend a refresh token for a new pair', answer: 'Login', body: refreshRequest, open: true, errors: ['AUTH_ERROR'] },
  'POST /api/auth/logout': { id: 'logout', summary: 'End this session', answer: 'Nothing', errors: ['RESOURCE_NOT_FOUND'] },
  'GET /api/auth/me': { id: 'getMe', summary: 'Who is signed in, as which persona', answer: 'User' },
  'PATCH /api/auth/me': { id: 'updateMe', summary: 'Change the own profile', answer: 'User', body: updateProfileRequest },
  'DELETE /api/auth/me': { id: 'deleteMe', summary: 'Close the own account', answer: 'Nothing', body: confirmRequest, errors: taken },
  'POST /api/auth/restore': { id: 'restoreMe', summary: 'Undo closing the account with the token of a mail', answer: 'Nothing', body: restoreRequest, open: true, errors: taken },
  'POST /api/auth/export': { id: 'exportMe', summary: 'Begin to gather everything that is kept of oneself in a zip', answer: 'Job', status: [202] },
  'POST /api/auth/password': { id: 'changePassword', summary: 'Change the password; other sessions end', answer: 'Nothing', body: changePasswordRequest, errors: taken },
  'POST /api/auth/email': { id: 'changeEmail', summary: 'Change the address, once its mail is answered', answer: 'Nothing', body: changeEmailRequest, errors: taken },
  'POST /api/auth/verify': { id: 'verifyEmail', summary: 'Confirm an address with the token of a mail', answer: 'ConfirmedAddress', body: verifyRequest, open: true, errors: ['RESOURCE_NOT_FOUND', ...taken] },
  'POST /api/auth/verify/send': { id: 'resendVerification', summary: 'Send the confirming mail again', answer: 'Nothing', errors: taken },
  'POST /api/auth/forgot': { id: 'forgotPassword', summary: 'Send a mail to choose a new password; answers the same for every address', answer: 'Nothing', body: forgotRequest, open: true },
  'POST /api/auth/reset': { id: 'resetPassword', summary: 'Choose a new password with the token of a mail', answer: 'Nothing', body: resetRequest, open: true },
  'POST /api/auth/persona': { id: 'switchPersona', summary: 'Act as another persona', answer: 'Login', body: personaRequest },
  'DELETE /api/auth/impersonation': { id: 'endImpersonation', summary: 'See Oriel as oneself again', answer: 'Nothing', errors: ['RESOURCE_NOT_FOUND'] },
  'GET /api/auth/sessions': { id: 'listSessions', summary: 'Where the account is signed in', answer: { many: 'Session' } },
  'DELETE /api/auth/sessions': { id: 'endOtherSessions', summary: 'End every other session', answer: 'Ended' },
  'DELETE /api/auth/sessions/:id': { id: 'endSession', summary: 'End a session', answer: 'Nothing' },
  'GET /api/auth/api-keys': { id: 'listApiKeys', summary: 'The own API keys', answer: { many: 'ApiKey' } },
  'POST /api/auth/api-keys': { id: 'createApiKey', summary: 'Make an API key; it is shown this once', answer: 'NewApiKey', status: [201], body: createApiKeyRequest, keyed: true, errors: full },
  'DELETE /api/auth/api-keys/:id': { id: 'revokeApiKey', summary: 'Revoke an API key', answer: 'Nothing' },
  'GET /api/auth/second-factor': { id: 'getSecondFactor', summary: 'Whether a second step is asked for', answer: 'SecondFactor' },
  'POST /api/auth/second-factor': { id: 'enrolSecondFactor', summary: 'Begin with an authenticator app', answer: 'SecondFactorEnrolment', status: [201], body: confirmRequest, errors: taken },
  'POST /api/auth/second-factor/confirm': { id: 'confirmSecondFactor', summary: 'Switch the second step on', answer: 'RecoveryCodes', body: codeRequest, errors: taken },
  'DELETE /api/auth/second-factor': { id: 'disableSecondFactor', summary: 'Switch the second step off', answer: 'Nothing', body: disableSecondFactorRequest, errors: taken },
  'GET /api/auth/oauth': { id: 'listProviders', summary: 'Whom else one can sign in with', answer: { many: 'Provider' }, open: true },
  'GET /api/auth/oauth/:provider': { id: 'beginSignInWith', summary: 'Send a browser to a provider', answer: 'redirect', status: [302], query: [oauthQuery], open: true },
  'GET /api/auth/oauth/:provider/callback': { id: 'finishSignInWith', summary: 'Where a provider sends the browser back to', answer: 'redirect', status: [302], open: true },
  'GET /api/auth/identities': { id: 'listIdentities', summary: 'The providers that are connected', answer: { many: 'ConnectedProvider' } },
  'POST /api/auth/identities/:provider': { id: 'connectProvider', summary: 'Connect a provider: answers where to send the browser', answer: 'Departure', body: confirmRequest, errors: failing },
  'DELETE /api/auth/identities/:provider': { id: 'removeIdentity', summary: 'Disconnect a provider', answer: 'Nothing', errors: taken },

  'GET /api/projects': { id: 'listProjects', summary: 'The own projects', answer: { page: 'Project' }, query: [projectsQuery] },
  'POST /api/projects': { id: 'createProject', summary: 'Open a project', answer: 'Project', status: [201], body: createProjectRequest, keyed: true, errors: [...taken, ...full] },
  'GET /api/projects/:id': { id: 'getProject', summary: 'One project', answer: 'Project' },
  'PATCH /api/projects/:id': { id: 'updateProject', summary: 'Change how a project presents itself', answer: 'Project', body: updateProjectRequest, errors: taken },
  'DELETE /api/projects/:id': { id: 'deleteProject', summary: 'Delete a project that no site uses', answer: 'Nothing', errors: taken },
  'POST /api/projects/:id/restore': { id: 'restoreProject', summary: 'Bring a deleted project back', answer: 'Project', errors: [...taken, ...full] },
  'POST /api/projects/:id/submit': { id: 'submitProject', summary: 'Ask the platform to list a project', answer: 'Project', errors: taken },
  'GET /api/projects/:id/versions': { id: 'listVersions', summary: 'The published versions', answer: { page: 'Version' }, query: [page] },
  'POST /api/projects/:id/versions': { id: 'publishVersion', summary: 'Publish a version, uploaded or fetched from where it is hosted; it never changes', answer: 'Version', status: [201, 200], body: 'bundle', keyed: true, errors: [...taken, ...full] },
  'GET /api/projects/:id/errors': { id: 'listErrors', summary: 'What went wrong at visitors’, with stacks in the builder’s own sources', answer: { many: 'WidgetError' }, query: [usageQuery] },
  'POST /api/projects/:id/channels/:channel/release': { id: 'releaseVersion', summary: 'Point a channel to a version', answer: 'Release', status: [201, 200], body: releaseRequest, keyed: true },
  'POST /api/projects/:id/channels/:channel/rollback': { id: 'rollbackVersion', summary: 'Point a channel back to an older version, or see what that would do', answer: 'ReleaseOrPreview', status: [201, 200], body: rollbackRequest, keyed: true, errors: taken },

  'GET /api/builders/:id/dashboard': { id: 'getBuilderDashboard', summary: 'Everything a builder sees first', answer: 'BuilderDashboard', query: [usageQuery] },
  'GET /api/builders/:id/projects': { id: 'getBuilderProjects', summary: 'The projects of a builder', answer: { page: 'Project' }, query: [projectsQuery] },
  'GET /api/builders/:id/implementations': { id: 'getBuilderImplementations', summary: 'Where a builder’s work runs, and how much it is used', answer: { page: 'BuilderImplementation' }, query: [usageQuery, implementationsQuery] },
  'GET /api/builders/:id/ingest': { id: 'getBuilderIngest', summary: 'What became of a builder’s events', answer: 'IngestReport', query: [usageQuery] },
  'GET /api/builders/:id/customers': { id: 'getBuilderCustomers', summary: 'Who uses a builder’s work', answer: { page: 'Customer' }, query: [customersQuery] },
  'GET /api/builders/:id/revenue': { id: 'getBuilderRevenue', summary: 'What a builder earned', answer: { paged: 'Revenue' }, query: [usageQuery, revenueQuery] },

  'GET /api/marketplace': { id: 'listOffers', summary: 'What the marketplace lists, and one’s own work', answer: { page: 'Offer' }, query: [offersQuery] },
  'GET /api/marketplace/:id': { id: 'getOffer', summary: 'Something released by its id, listed or not', answer: 'Offer' },
  'POST /api/widgets/implement': { id: 'implementWidget', summary: 'Put a project on the own site', answer: 'Implementation', status: [201], body: implementRequest, keyed: true, errors: [...taken, ...full] },
  'GET /api/widgets/:id': { id: 'getWidget', summary: 'One widget with its settings and its embed code', answer: 'Implementation' },
  'DELETE /api/widgets/:id': { id: 'removeWidget', summary: 'Take a widget off its site', answer: 'Nothing' },
  'POST /api/widgets/:id/restore': { id: 'restoreWidget', summary: 'Bring a removed widget back', answer: 'Implementation', errors: [...taken, ...full] },
  'PATCH /api/widgets/:id/configuration': { id: 'updateWidgetConfiguration', summary: 'Change settings by a merge patch', answer: 'Implementation', body: configureRequest, matched: true, errors: taken },
  'PUT /api/widgets/:id/origins': { id: 'setWidgetOrigins', summary: 'Say on which sites a widget may be shown', answer: 'Implementation', body: originsRequest },
  'PUT /api/widgets/:id/pin': { id: 'pinWidget', summary: 'Keep a widget on a version, or let it follow its channel', answer: 'Implementation', body: pinRequest },
  'PATCH /api/widgets/:id/status': { id: 'setWidgetStatus', summary: 'Pause, activate or suspend a widget', answer: 'ImplementationOrStatus', body: statusRequest, errors: taken },
  'POST /api/widgets/:id/track': { id: 'trackWidgetUsage', summary: 'Report an event from a server', answer: 'Receipt', status: [202], body: trackRequest, keyed: true, errors: [...taken, ...failing] },
  'PATCH /api/widgets/:id/retention': { id: 'setWidgetRetention', summary: 'Say how many days the events of a widget are kept', answer: 'Retention', body: retentionRequest },
  'DELETE /api/widgets/:id/sessions/:session': { id: 'forgetSession', summary: 'Begin to make a visitor’s session nobody’s', answer: 'Job', status: [202] },
  'GET /api/modules/:id/runtime': { id: 'getRuntime', summary: 'What anybody may know of a widget', answer: 'Runtime', open: true, errors: ['PERMISSION_ERROR', 'RESOURCE_CONFLICT'] },

  'GET /api/end-users/:id/dashboard': { id: 'getEndUserDashboard', summary: 'Everything a site owner sees first', answer: 'EndUserDashboard', query: [usageQuery] },
  'GET /api/end-users/:id/widgets': { id: 'getEndUserWidgets', summary: 'The widgets of a site owner', answer: { page: 'Implementation' }, query: [implementationsQuery] },
  'GET /api/end-users/:id/usage': { id: 'getEndUserUsage', summary: 'How they are used', answer: 'Usage', query: [usageQuery, implementationQuery] },
  'GET /api/end-users/:id/billing': { id: 'getEndUserBilling', summary: 'What they cost', answer: { paged: 'Billing' }, query: [revenueQuery] },

  'GET /api/jobs': { id: 'listJobs', summary: 'What is under way, and what was done', answer: { many: 'Job' } },
  'GET /api/jobs/:id': { id: 'getJob', summary: 'How far one is', answer: 'Job' },
  'POST /api/jobs/:id/retry': { id: 'retryJob', summary: 'Let one that failed try again', answer: 'Job', errors: taken },
  'GET /api/jobs/:id/file': { id: 'getJobFile', summary: 'The file that an export has made', answer: 'zip' },

  'GET /api/plans': { id: 'listPlans', summary: 'The plans', answer: { many: 'Plan' } },
  'PUT /api/plans/:id': { id: 'updatePlan', summary: 'Change what a plan gives', answer: 'Plan', body: planRequest },
  'GET /api/limits': { id: 'getLimits', summary: 'How much of the own plan is left', answer: 'Allowance' },

  'GET /api/admin/builders': { id: 'getAdminBuilders', summary: 'All builders', answer: { page: 'AdminBuilder' }, query: [buildersQuery] },
  'GET /api/admin/implementations': { id: 'getAdminImplementations', summary: 'All implementations', answer: { page: 'AdminImplementation' }, query: [implementationsQuery] },
  'GET /api/admin/projects': { id: 'getAdminProjects', summary: 'All projects', answer: { page: 'Project' }, query: [projectsQuery] },
  'PATCH /api/admin/projects/:id': { id: 'reviewProject', summary: 'Approve, reject, suspend or restore a project', answer: 'Project', body: reviewRequest, errors: taken },
  'GET /api/admin/users': { id: 'getAdminUsers', summary: 'Find users', answer: { page: 'AdminUser' }, query: [usersQuery] },
  'POST /api/admin/users/bulk': { id: 'changeUsers', summary: 'Invite, suspend, restore, remove or re-role many users', answer: 'BulkResult', body: bulkUsersRequest, keyed: true },
  'GET /api/admin/users/:id': { id: 'getAdminUser', summary: 'One user', answer: 'AdminUser' },
  'PATCH /api/admin/users/:id': { id: 'updateUser', summary: 'Change a user', answer: 'AdminUser', body: updateUserRequest, errors: taken },
  'DELETE /api/admin/users/:id': { id: 'removeUser', summary: 'Remove a user', answer: 'AdminUser', errors: taken },
  'POST /api/admin/users/:id/suspend': { id: 'suspendUser', summary: 'Suspend a user; all sessions end', answer: 'AdminUser', errors: taken },
  'POST /api/admin/users/:id/restore': { id: 'restoreUser', summary: 'Restore a user', answer: 'AdminUser', errors: taken },
  'POST /api/admin/users/:id/impersonate': { id: 'impersonateUser', summary: 'See for half an hour what a user sees, and change nothing', answer: 'Login', status: [201], body: impersonateRequest, errors: taken },
  'DELETE /api/admin/users/:id/second-factor': { id: 'removeUserSecondFactor', summary: 'Help a user who has lost the second step', answer: 'Nothing', errors: taken },
  'GET /api/admin/users/:id/audit-logs': { id: 'getUserAuditLogs', summary: 'What a user did', answer: { page: 'AuditEntry' }, query: [auditQuery] },
  'GET /api/admin/audit-logs': { id: 'getAuditLogs', summary: 'What everybody did', answer: { page: 'AuditEntry' }, query: [auditQuery] },
  'GET /api/admin/audit-logs/verify': { id: 'verifyAuditLogs', summary: 'Whether the audit log is whole', answer: 'AuditSeal' },
  'GET /api/admin/dead-letters': { id: 'getDeadLetters', summary: 'The events that could not be stored', answer: { page: 'DeadLetter' }, query: [deadLettersQuery] },
  'GET /api/admin/dead-letters/:id': { id: 'getDeadLetter', summary: 'One of them', answer: 'DeadLetter' },
  'POST /api/admin/dead-letters/:id/replay': { id: 'replayDeadLetter', summary: 'Store it after all, mended or as it was', answer: 'DeadLetter', body: replayRequest, errors: taken },
  'POST /api/admin/dead-letters/:id/discard': { id: 'discardDeadLetter', summary: 'Give it up; it stays counted as quarantined', answer: 'DeadLetter', body: discardRequest, errors: taken },
  'GET /api/analytics/platform': { id: 'getPlatformAnalytics', summary: 'The platform at a glance', answer: 'PlatformAnalytics', query: [usageQuery] },

  'GET /api/analytics/series': { id: 'getSeries', summary: 'Usage over time of what the asker may see, or of a part of it', answer: 'Usage', query: [usageQuery, seriesQuery], errors: ['RESOURCE_NOT_FOUND'] },
  'GET /api/analytics/metrics': { id: 'listMetrics', summary: 'What can be measured, as far as the asker may see it', answer: { many: 'Metric' } },
  'GET /api/analytics/kpis': { id: 'getKpis', summary: 'Every metric over a period, held against as much time before', answer: 'Kpis', query: [usageQuery, seriesQuery, kpisQuery], errors: ['RESOURCE_NOT_FOUND'] },
  'GET /api/analytics/streams': { id: 'listStreams', summary: 'What kinds of events come in, how fast, and how good they are', answer: 'EventStreams', query: [streamsQuery, seriesQuery], errors: ['RESOURCE_NOT_FOUND'] },
  'GET /api/analytics/streams/:type': { id: 'listDataPoints', summary: 'The newest events of a type, or of a type and name', answer: { many: 'DataPoint' }, query: [streamsQuery, seriesQuery, dataPointsQuery] },
  'GET /api/analytics/forecasts': { id: 'getForecast', summary: 'What a metric will come to, between what bounds, and how far to trust that', answer: 'Forecast', query: [forecastQuery, seriesQuery], errors: ['RESOURCE_NOT_FOUND'] },
  'GET /api/analytics/anomalies': { id: 'getAnomalies', summary: 'The latest hours or days that stand out', answer: 'Anomalies', query: [anomaliesQuery, seriesQuery], errors: ['RESOURCE_NOT_FOUND'] },
  'GET /api/analytics/insights': { id: 'listInsights', summary: 'What there is to say of the last days, with the numbers behind it', answer: 'Insights', query: [insightsQuery, seriesQuery], errors: ['RESOURCE_NOT_FOUND'] },

  'GET /api/analytics/alert-rules': { id: 'listAlertRules', summary: 'What the asker watches', answer: { page: 'AlertRule' }, query: [alertRulesQuery] },
  'POST /api/analytics/alert-rules': { id: 'createAlertRule', summary: 'Watch a metric; it is looked at once a minute', answer: 'AlertRule', status: [201], body: createAlertRuleRequest, keyed: true, errors: ['RESOURCE_NOT_FOUND', ...full] },
  'GET /api/analytics/alert-rules/:id': { id: 'getAlertRule', summary: 'One rule, with what its metric came to last', answer: 'AlertRule' },
  'PATCH /api/analytics/alert-rules/:id': { id: 'updateAlertRule', summary: 'Change a rule; an alert of it is resolved if it watches something else from then on', answer: 'AlertRule', body: updateAlertRuleRequest, matched: true },
  'DELETE /api/analytics/alert-rules/:id': { id: 'deleteAlertRule', summary: 'Stop watching; its alerts stay as what has happened', answer: 'Nothing', matched: true },
  'GET /api/analytics/alerts': { id: 'listAlerts', summary: 'The asker’s alerts, the newest first', answer: { page: 'Alert' }, query: [alertsQuery] },
  'GET /api/analytics/alerts/:id': { id: 'getAlert', summary: 'One alert', answer: 'Alert' },
  'POST /api/analytics/alerts/:id/acknowledge': { id: 'acknowledgeAlert', summary: 'Say that one has seen an alert and is about it', answer: 'Alert', errors: taken },
  'POST /api/analytics/alerts/:id/resolve': { id: 'resolveAlert', summary: 'End an alert; its rule must stop holding before it opens another', answer: 'Alert' },

  'GET /api/analytics/dashboards': { id: 'listDashboards', summary: 'The dashboards that the asker has saved', answer: { page: 'SavedDashboard' }, query: [dashboardsQuery] },
  'POST /api/analytics/dashboards': { id: 'createDashboard', summary: 'Save a dashboard', answer: 'SavedDashboard', status: [201], body: dashboardRequest, keyed: true, errors: ['RESOURCE_NOT_FOUND', ...full] },
  'GET /api/analytics/dashboards/:id': { id: 'getDashboard', summary: 'One of them', answer: 'SavedDashboard' },
  'PUT /api/analytics/dashboards/:id': { id: 'replaceDashboard', summary: 'Put another in its place', answer: 'SavedDashboard', body: dashboardRequest, matched: true },
  'DELETE /api/analytics/dashboards/:id': { id: 'deleteDashboard', summary: 'Delete it', answer: 'Nothing', matched: true },
  'GET /api/analytics/dashboards/:id/data': { id: 'getDashboardData', summary: 'What all its charts show now, with the reason for each that can show nothing', answer: 'DashboardData' },

  'GET /api/analytics/reports': { id: 'listReports', summary: 'The reports that the asker has put together', answer: { page: 'Report' }, query: [reportsQuery] },
  'POST /api/analytics/reports': { id: 'createReport', summary: 'Put a report together, to be asked for or sent by mail', answer: 'Report', status: [201], body: createReportRequest, keyed: true, errors: ['RESOURCE_NOT_FOUND', ...full] },
  'GET /api/analytics/reports/:id': { id: 'getReport', summary: 'One of them', answer: 'Report' },
  'PATCH /api/analytics/reports/:id': { id: 'updateReport', summary: 'Change it; it is sent as it is from then on', answer: 'Report', body: updateReportRequest, matched: true },
  'DELETE /api/analytics/reports/:id': { id: 'deleteReport', summary: 'Delete it', answer: 'Nothing', matched: true },
  'GET /api/analytics/reports/:id/run': { id: 'runReport', summary: 'What it comes to for the last whole period before a time, as JSON or CSV', answer: 'ReportRun', csv: true, query: [reportRunQuery] },

  'GET /api/analytics/pipelines': { id: 'listPipelines', summary: 'What runs by itself: how often, when it did last and how that went', answer: { many: 'Pipeline' } },
  'POST /api/analytics/pipelines/:name/run': { id: 'runPipeline', summary: 'Look at one’s own rules, or send one’s own due reports, now', answer: 'PipelineRun' },

  'POST /v1/events': { id: 'sendEvents', summary: 'Report what happened in a widget; the answer is the receipt itself', answer: 'Receipt', status: [202], body: wireBatch, open: true, errors: ['TOKEN_INVALID', 'TOKEN_EXPIRED', 'SERVICE_UNAVAILABLE'] },
}
