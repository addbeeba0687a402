import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { subscriptions } from '../../../schema/tables/plans'
import { users } from '../../../schema/tables/users'
import type { Login, NewApiKey } from '../../../schema/wire/api'
import { createTestHandles, type TestHandles } from '../testing'
import { BUNDLE, createClient, manifestOf, uploadOf } from '../testing-client'

/**
 * Who may do what: every route times everybody, with the exact status. A route that is not in this table fails, and
 * so does a row without a route.
 *
 * `builder` owns the project and `endUser` the implementation of it; the others hold the same personas and own nothing.
 * `narrowKey` is an API key of the owning builder whose only scope no route asks for.
 */
const CALLERS = [
  'nobody',
  'expired',
  'suspended',
  'otherBuilder',
  'otherEndUser',
  'builder',
  'endUser',
  'admin',
  'narrowKey',
] as const
type Caller = (typeof CALLERS)[number]

/** What every caller finds: its own project with version 1.0.0 released, and an implementation of it. */
type World = { project: string; implementation: string; people: Record<Caller, Login | undefined> }
type Call = { path?: Record<string, string>; body?: unknown; query?: string }

/** Statuses in the order of {@link CALLERS}. */
type Row = [
  route: string,
  statuses: [number, number, number, number, number, number, number, number, number],
  call?: (world: World) => Call,
]

const ID = (world: World): Call => ({ path: { id: world.project } })
const IMPLEMENTATION = (world: World): Call => ({ path: { id: world.implementation } })
const JOB = (): Call => ({ path: { id: `jb_${'x'.repeat(21)}` } })

const LETTER = (): Call => ({ path: { id: `dl_${'x'.repeat(21)}` } })
const NO_RULE = (): Call => ({ path: { id: `ru_${'x'.repeat(21)}` } })
const NO_ALERT = (): Call => ({ path: { id: `al_${'x'.repeat(21)}` } })
const NO_DASHBOARD = (): Call => ({ path: { id: `da_${'x'.repeat(21)}` } })
const PLACE = { column: 0, row: 0, width: 6, height: 4 }
const CHART = { kind: 'line', title: 'Loads', metric: 'loads', hours: 24, interval: 'hour', place: PLACE }
const NO_REPORT = (): Call => ({ path: { id: `rp_${'x'.repeat(21)}` } })
const REPORT = { name: 'Monday', metrics: ['loads'], period: 'week' }
const RULE = { name: 'Errors', metric: 'errors', condition: 'above', threshold: 10, windowMinutes: 60 }

const builderOf = ({ people }: World): Call => ({ path: { id: people.builder!.user.id } })
const endUserOf = ({ people }: World): Call => ({ path: { id: people.endUser!.user.id } })
const withBody =
  (of: (world: World) => Call, body: unknown) =>
  (world: World): Call => ({ ...of(world), body })

/* prettier-ignore */
const TABLE: Row[] = [
  // Open to everybody. A wrong body shows that the door itself was open.
  ['GET /health',                                    [200, 200, 200, 200, 200, 200, 200, 200, 200]],
  ['GET /.well-known/jwks.json',                      [200, 200, 200, 200, 200, 200, 200, 200, 200]],
  ['GET /openapi.json',                              [200, 200, 200, 200, 200, 200, 200, 200, 200]],
  ['GET /docs',                                      [200, 200, 200, 200, 200, 200, 200, 200, 200]],
  ['GET /metrics',                                   [200, 200, 200, 200, 200, 200, 200, 200, 200]],
  ['OPTIONS /v1/events',                             [204, 204, 204, 204, 204, 204, 204, 204, 204]],
  ['POST /v1/events',                                [400, 400, 400, 400, 400, 400, 400, 400, 400], () => ({ body: {} })],
  ['GET /w/:id',                                     [200, 200, 200, 200, 200, 200, 200, 200, 200], IMPLEMENTATION],
  ['GET /oembed',                                    [400, 400, 400, 400, 400, 400, 400, 400, 400]],
  ['GET /w/:id/launcher.js',                         [200, 200, 200, 200, 200, 200, 200, 200, 200], IMPLEMENTATION],
  ['GET /api/modules/:id/runtime',                   [200, 200, 200, 200, 200, 200, 200, 200, 200], IMPLEMENTATION],
  ['POST /api/auth/register',                        [400, 400, 400, 400, 400, 400, 400, 400, 400], () => ({ body: {} })],
  ['POST /api/auth/login',                           [400, 400, 400, 400, 400, 400, 400, 400, 400], () => ({ body: {} })],
  ['POST /api/auth/refresh',                         [401, 401, 401, 401, 401, 401, 401, 401, 401], () => ({ body: {} })],

  // One's own account.
  ['GET /api/auth/me',                               [401, 401, 401, 200, 200, 200, 200, 200, 200]],
  ['DELETE /api/auth/impersonation',                  [401, 401, 401, 404, 404, 404, 404, 404, 403]],
  ['GET /api/auth/sessions',                         [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['DELETE /api/auth/sessions',                      [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['DELETE /api/auth/sessions/:id',                  [401, 401, 401, 404, 404, 404, 404, 404, 403], () => ({ path: { id: `se_${'x'.repeat(21)}` } })],
  ['POST /api/auth/verify',                          [400, 400, 400, 400, 400, 400, 400, 400, 400], () => ({ body: {} })],
  ['POST /api/auth/forgot',                          [400, 400, 400, 400, 400, 400, 400, 400, 400], () => ({ body: {} })],
  ['POST /api/auth/reset',                           [400, 400, 400, 400, 400, 400, 400, 400, 400], () => ({ body: {} })],
  ['PATCH /api/auth/me',                             [401, 401, 401, 200, 200, 200, 200, 200, 403], () => ({ body: { name: 'Ada' } })],
  ['DELETE /api/auth/me',                            [401, 401, 401, 400, 400, 400, 400, 400, 403], () => ({ body: { password: 'wrong' } })],
  ['POST /api/auth/password',                        [401, 401, 401, 400, 400, 400, 400, 400, 403], () => ({ body: {} })],
  ['POST /api/auth/email',                           [401, 401, 401, 400, 400, 400, 400, 400, 403], () => ({ body: {} })],
  ['POST /api/auth/verify/send',                     [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['POST /api/auth/login/second-factor',             [400, 400, 400, 400, 400, 400, 400, 400, 400], () => ({ body: {} })],
  ['GET /api/auth/second-factor',                    [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['POST /api/auth/second-factor',                   [401, 401, 401, 400, 400, 400, 400, 400, 403], () => ({ body: {} })],
  ['POST /api/auth/second-factor/confirm',           [401, 401, 401, 400, 400, 400, 400, 400, 403], () => ({ body: { code: '123456' } })],
  ['DELETE /api/auth/second-factor',                 [401, 401, 401, 400, 400, 400, 400, 400, 403], () => ({ body: {} })],
  ['GET /api/auth/oauth',                            [200, 200, 200, 200, 200, 200, 200, 200, 200]],
  ['GET /api/auth/oauth/:provider',                  [302, 302, 302, 302, 302, 302, 302, 302, 302], () => ({ path: { provider: 'google' } })],
  ['GET /api/auth/oauth/:provider/callback',         [302, 302, 302, 302, 302, 302, 302, 302, 302], () => ({ path: { provider: 'google' } })],
  ['GET /api/auth/identities',                       [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['POST /api/auth/identities/:provider',            [401, 401, 401, 404, 404, 404, 404, 404, 403], () => ({ path: { provider: 'google' }, body: { password: 'wrong' } })],
  ['DELETE /api/auth/identities/:provider',          [401, 401, 401, 404, 404, 404, 404, 404, 403], () => ({ path: { provider: 'google' } })],
  ['GET /api/auth/api-keys',                         [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['POST /api/auth/api-keys',                        [401, 401, 401, 400, 400, 400, 400, 400, 403], () => ({ body: {} })],
  ['DELETE /api/auth/api-keys/:id',                  [401, 401, 401, 404, 404, 404, 404, 404, 403], () => ({ path: { id: `ak_${'x'.repeat(21)}` } })],
  ['POST /api/auth/persona',                         [401, 401, 401, 403, 200, 403, 200, 403, 403], () => ({ body: { persona: 'end_user' } })],
  ['POST /api/auth/export',                          [401, 401, 401, 202, 202, 202, 202, 202, 403]],
  ['POST /api/auth/restore',                         [400, 400, 400, 400, 400, 400, 400, 400, 400], () => ({ body: {} })],
  ['GET /api/jobs',                                  [401, 401, 401, 200, 200, 200, 200, 200, 200]],
  ['GET /api/jobs/:id',                              [401, 401, 401, 404, 404, 404, 404, 404, 404], JOB],
  ['POST /api/jobs/:id/retry',                       [401, 401, 401, 404, 404, 404, 404, 404, 403], JOB],
  ['GET /api/jobs/:id/file',                         [401, 401, 401, 404, 404, 404, 404, 404, 403], JOB],
  ['POST /api/auth/logout',                          [401, 401, 401, 200, 200, 200, 200, 200, 403]],

  // A builder's projects.
  ['POST /api/projects',                             [401, 401, 401, 201, 403, 201, 403, 201, 403], () => ({ body: { name: `Project ${crypto.randomUUID()}` } })],
  ['GET /api/projects',                              [401, 401, 401, 200, 403, 200, 403, 200, 403]],
  ['GET /api/projects/:id',                          [401, 401, 401, 404, 403, 200, 403, 200, 403], ID],
  ['PATCH /api/projects/:id',                        [401, 401, 401, 404, 403, 200, 403, 200, 403], withBody(ID, { name: 'Renamed' })],
  ['DELETE /api/projects/:id',                       [401, 401, 401, 404, 403, 409, 403, 409, 403], ID],
  ['POST /api/projects/:id/restore',                 [401, 401, 401, 404, 403, 404, 403, 404, 403], ID],
  ['POST /api/projects/:id/submit',                  [401, 401, 401, 404, 403, 200, 403, 200, 403], ID],
  ['POST /api/projects/:id/versions',                [401, 401, 401, 404, 403, 201, 403, 201, 403], (world) => ({ ...ID(world), body: uploadOf({ ...manifestOf(BUNDLE), version: '2.0.0' }, BUNDLE) })],
  ['GET /api/projects/:id/versions',                 [401, 401, 401, 404, 403, 200, 403, 200, 403], ID],
  ['GET /api/projects/:id/errors',                   [401, 401, 401, 404, 403, 200, 403, 200, 403], ID],
  ['POST /api/projects/:id/channels/:channel/release',  [401, 401, 401, 404, 403, 200, 403, 200, 403], ({ project }) => ({ path: { id: project, channel: 'stable' }, body: { version: '1.0.0' } })],
  ['POST /api/projects/:id/channels/:channel/rollback', [401, 401, 401, 404, 403, 409, 403, 409, 403], ({ project }) => ({ path: { id: project, channel: 'stable' }, body: { version: '1.0.0', reason: 'It is broken' } })],
  ['GET /api/builders/:id/dashboard',                [401, 401, 401, 404, 403, 200, 403, 200, 403], builderOf],
  ['GET /api/builders/:id/projects',                 [401, 401, 401, 404, 403, 200, 403, 200, 403], builderOf],
  ['GET /api/builders/:id/implementations',          [401, 401, 401, 404, 403, 200, 403, 200, 403], builderOf],
  ['GET /api/builders/:id/ingest',                   [401, 401, 401, 404, 403, 200, 403, 200, 403], builderOf],
  ['GET /api/builders/:id/customers',                [401, 401, 401, 404, 403, 200, 403, 200, 403], builderOf],
  ['GET /api/builders/:id/revenue',                  [401, 401, 401, 404, 403, 200, 403, 200, 403], builderOf],

  // A site owner's widgets.
  ['GET /api/marketplace',                           [401, 401, 401, 200, 200, 200, 200, 200, 200]],
  ['GET /api/marketplace/:id',                       [401, 401, 401, 200, 200, 200, 200, 200, 200], ID],
  ['POST /api/widgets/implement',                    [401, 401, 401, 403, 201, 403, 201, 201, 403], ({ project }) => ({ body: { projectId: project, implementationUrl: 'https://shop.example/' } })],
  ['GET /api/widgets/:id',                           [401, 401, 401, 403, 404, 403, 200, 200, 403], IMPLEMENTATION],
  ['DELETE /api/widgets/:id',                        [401, 401, 401, 403, 404, 403, 200, 200, 403], IMPLEMENTATION],
  ['POST /api/widgets/:id/restore',                  [401, 401, 401, 403, 404, 403, 404, 404, 403], IMPLEMENTATION],
  ['POST /api/widgets/:id/track',                    [401, 401, 401, 403, 404, 403, 202, 202, 403], withBody(IMPLEMENTATION, { type: 'interaction', name: 'vote' })],
  ['PATCH /api/widgets/:id/configuration',           [401, 401, 401, 403, 404, 403, 200, 200, 403], withBody(IMPLEMENTATION, { configuration: { question: 'Tea?' } })],
  ['PUT /api/widgets/:id/origins',                   [401, 401, 401, 403, 404, 403, 200, 200, 403], withBody(IMPLEMENTATION, { origins: ['https://shop.example'] })],
  ['PUT /api/widgets/:id/pin',                       [401, 401, 401, 403, 404, 403, 200, 200, 403], withBody(IMPLEMENTATION, { version: '1.0.0' })],
  ['PATCH /api/widgets/:id/status',                  [401, 401, 401, 404, 404, 200, 403, 200, 403], withBody(IMPLEMENTATION, { status: 'suspended' })],
  ['PATCH /api/widgets/:id/retention',               [401, 401, 401, 403, 404, 403, 200, 200, 403], withBody(IMPLEMENTATION, { days: 90 })],
  ['DELETE /api/widgets/:id/sessions/:session',      [401, 401, 401, 404, 404, 202, 202, 202, 403], ({ implementation }) => ({ path: { id: implementation, session: `se_${'x'.repeat(16)}` } })],
  ['GET /api/end-users/:id/dashboard',               [401, 401, 401, 403, 404, 403, 200, 200, 403], endUserOf],
  ['GET /api/end-users/:id/usage',                   [401, 401, 401, 403, 404, 403, 200, 200, 403], endUserOf],
  ['GET /api/end-users/:id/widgets',                 [401, 401, 401, 403, 404, 403, 200, 200, 403], endUserOf],
  ['GET /api/end-users/:id/billing',                 [401, 401, 401, 403, 404, 403, 200, 200, 403], endUserOf],

  // The platform.
  ['GET /api/analytics/platform',                    [401, 401, 401, 403, 403, 403, 403, 200, 403]],
  ['GET /api/analytics/series',                      [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['GET /api/analytics/metrics',                     [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['GET /api/analytics/kpis',                        [401, 401, 401, 404, 404, 200, 200, 200, 403], ({ implementation }) => ({ query: `?implementation=${implementation}` })],
  ['GET /api/analytics/streams',                     [401, 401, 401, 404, 404, 200, 200, 200, 403], ({ implementation }) => ({ query: `?implementation=${implementation}` })],
  ['GET /api/analytics/streams/:type',               [401, 401, 401, 404, 404, 200, 200, 200, 403], ({ project }) => ({ path: { type: 'load' }, query: `?project=${project}` })],
  ['GET /api/analytics/forecasts',                   [401, 401, 401, 404, 404, 200, 200, 200, 403], ({ implementation }) => ({ query: `?implementation=${implementation}` })],
  ['GET /api/analytics/anomalies',                   [401, 401, 401, 404, 404, 200, 200, 200, 403], ({ implementation }) => ({ query: `?implementation=${implementation}` })],
  ['GET /api/analytics/insights',                    [401, 401, 401, 404, 404, 200, 200, 200, 403], ({ implementation }) => ({ query: `?implementation=${implementation}` })],
  ['GET /api/analytics/alert-rules',                 [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['POST /api/analytics/alert-rules',                [401, 401, 401, 404, 404, 201, 201, 201, 403], ({ implementation }) => ({ body: { ...RULE, implementationId: implementation } })],
  ['GET /api/analytics/alert-rules/:id',             [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_RULE],
  ['PATCH /api/analytics/alert-rules/:id',           [401, 401, 401, 404, 404, 404, 404, 404, 403], withBody(NO_RULE, { name: 'Renamed' })],
  ['DELETE /api/analytics/alert-rules/:id',          [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_RULE],
  ['GET /api/analytics/alerts',                      [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['GET /api/analytics/alerts/:id',                  [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_ALERT],
  ['POST /api/analytics/alerts/:id/acknowledge',     [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_ALERT],
  ['POST /api/analytics/alerts/:id/resolve',         [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_ALERT],
  ['GET /api/analytics/dashboards',                  [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['POST /api/analytics/dashboards',                 [401, 401, 401, 404, 404, 201, 201, 201, 403], ({ implementation }) => ({ body: { name: 'Mine', charts: [{ ...CHART, implementationId: implementation }] } })],
  ['GET /api/analytics/dashboards/:id',              [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_DASHBOARD],
  ['PUT /api/analytics/dashboards/:id',              [401, 401, 401, 404, 404, 404, 404, 404, 403], withBody(NO_DASHBOARD, { name: 'Mine', charts: [] })],
  ['DELETE /api/analytics/dashboards/:id',           [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_DASHBOARD],
  ['GET /api/analytics/dashboards/:id/data',         [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_DASHBOARD],
  ['GET /api/analytics/reports',                     [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['POST /api/analytics/reports',                    [401, 401, 401, 404, 404, 201, 201, 201, 403], ({ implementation }) => ({ body: { ...REPORT, implementationId: implementation } })],
  ['GET /api/analytics/reports/:id',                 [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_REPORT],
  ['PATCH /api/analytics/reports/:id',               [401, 401, 401, 404, 404, 404, 404, 404, 403], withBody(NO_REPORT, { name: 'Renamed' })],
  ['DELETE /api/analytics/reports/:id',              [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_REPORT],
  ['GET /api/analytics/reports/:id/run',             [401, 401, 401, 404, 404, 404, 404, 404, 403], NO_REPORT],
  ['GET /api/analytics/pipelines',                   [401, 401, 401, 200, 200, 200, 200, 200, 403]],
  ['POST /api/analytics/pipelines/:name/run',        [401, 401, 401, 200, 200, 200, 200, 200, 403], () => ({ path: { name: 'alerts' } })],
  ['GET /api/plans',                                 [401, 401, 401, 200, 200, 200, 200, 200, 200]],
  ['PUT /api/plans/:id',                             [401, 401, 401, 403, 403, 403, 403, 400, 403], () => ({ path: { id: 'pro' }, body: {} })],
  ['GET /api/limits',                                [401, 401, 401, 200, 200, 200, 200, 200, 200]],
  ['GET /api/admin/builders', [401, 401, 401, 403, 403, 403, 403, 200, 403]],
  ['GET /api/admin/implementations', [401, 401, 401, 403, 403, 403, 403, 200, 403]],
  ['GET /api/admin/projects', [401, 401, 401, 403, 403, 403, 403, 200, 403]],
  ['PATCH /api/admin/projects/:id', [401, 401, 401, 403, 403, 403, 403, 409, 403], withBody(ID, { decision: 'approve' })],
  ['GET /api/admin/users', [401, 401, 401, 403, 403, 403, 403, 200, 403]],
  ['POST /api/admin/users/bulk', [401, 401, 401, 403, 403, 403, 403, 200, 403], ({ people }) => ({ body: { action: 'suspend', ids: [people.admin!.user.id] } })],
  ['GET /api/admin/users/:id', [401, 401, 401, 403, 403, 403, 403, 200, 403], endUserOf],
  ['PATCH /api/admin/users/:id', [401, 401, 401, 403, 403, 403, 403, 200, 403], withBody(endUserOf, { name: 'Renamed' })],
  ['DELETE /api/admin/users/:id/second-factor',        [401, 401, 401, 403, 403, 403, 403, 404, 403], ({ people }) => ({ path: { id: people.admin!.user.id } })],
  ['DELETE /api/admin/users/:id', [401, 401, 401, 403, 403, 403, 403, 409, 403], ({ people }) => ({ path: { id: people.admin!.user.id } })],
  ['POST /api/admin/users/:id/suspend', [401, 401, 401, 403, 403, 403, 403, 409, 403], ({ people }) => ({ path: { id: people.admin!.user.id } })],
  ['POST /api/admin/users/:id/restore', [401, 401, 401, 403, 403, 403, 403, 200, 403], ({ people }) => ({ path: { id: people.otherEndUser!.user.id } })],
  ['POST /api/admin/users/:id/impersonate', [401, 401, 401, 403, 403, 403, 403, 201, 403], withBody(endUserOf, { reason: 'They asked for help' })],
  ['GET /api/admin/users/:id/audit-logs', [401, 401, 401, 403, 403, 403, 403, 200, 403], endUserOf],
  ['GET /api/admin/dead-letters', [401, 401, 401, 403, 403, 403, 403, 200, 403]],
  ['GET /api/admin/dead-letters/:id', [401, 401, 401, 403, 403, 403, 403, 404, 403], LETTER],
  ['POST /api/admin/dead-letters/:id/replay', [401, 401, 401, 403, 403, 403, 403, 404, 403], withBody(LETTER, {})],
  ['POST /api/admin/dead-letters/:id/discard', [401, 401, 401, 403, 403, 403, 403, 404, 403], withBody(LETTER, { reason: 'A test' })],
  ['GET /api/admin/audit-logs', [401, 401, 401, 403, 403, 403, 403, 200, 403]],
  ['GET /api/admin/audit-logs/verify', [401, 401, 401, 403, 403, 403, 403, 200, 403]],
]

let handles: TestHandles
let client: ReturnType<typeof createClient>

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())

/** Everything fresh, so that no caller meets what another left. */
async function createWorld(people: World['people']): Promise<World> {
  const project = await client.releasedProject(people.builder!)
  const { data } = await client.implement(people.endUser!, project.id)
  return { project: project.id, implementation: data.id, people }
}

async function createPeople(): Promise<World['people']> {
  const [otherBuilder, otherEndUser, builder, endUser, admin, suspended] = await Promise.all(
    (['builder', 'end_user', 'builder', 'end_user', 'super_admin', 'builder'] as const).map((persona) =>
      client.person(persona),
    ),
  )
  // Rows make a project for each of their callers, which are more than a plan may allow.
  for (const person of [builder, endUser])
    await handles.db.insert(subscriptions).values({ userId: person!.user.id, planId: 'enterprise' })
  await handles.db.update(users).set({ isActive: false }).where(eq(users.id, suspended!.user.id))
  handles.setNow(Date.now() - 16 * 60 * 1000)
  const expired = await client.person('super_admin')
  handles.setNow(undefined)
  const { data } = await client.call<NewApiKey>('POST', '/api/auth/api-keys', {
    as: builder,
    body: { name: 'Narrow', scopes: ['purchase_templates'] },
  })
  const narrowKey = { ...builder!, accessToken: data.key }
  return {
    nobody: undefined,
    expired,
    suspended,
    otherBuilder,
    otherEndUser,
    builder,
    endUser,
    admin,
    narrowKey,
  }
}

const routesOf = () =>
  new Set(
    client.app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  )

test('every route of the app is in the table, and every row is a route', () => {
  expect(TABLE.map(([route]) => route).sort()).toEqual([...routesOf()].sort())
})

describe('every route answers everybody as the table says', () => {
  let shared: World['people']
  let common: World
  beforeAll(async () => {
    shared = await createPeople()
    common = await createWorld(shared)
  })

  test.each(TABLE)('%s', async (route, statuses, call = () => ({})) => {
    const [method, pattern] = route.split(' ') as [string, string]
    const isAccount = pattern.startsWith('/api/auth')
    // Signing out ends the caller, so those callers are new ones; and nobody meets what another one changed.
    const people = isAccount && method !== 'GET' ? await createPeople() : shared
    let world = method === 'GET' || isAccount ? { ...common, people } : await createWorld(people)
    const answers: Record<string, number> = {}
    for (const caller of CALLERS) {
      const { path = {}, body, query = '' } = call(world)
      const address = pattern.replace(/:(\w+)/g, (_, name: string) => path[name]!) + query
      const isRaw = body instanceof FormData
      const as = people[caller]
      const response = await client.app.request(address, {
        method,
        headers: as ? { authorization: `Bearer ${as.accessToken}` } : {},
        ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
      })
      answers[caller] = response.status
      if (response.ok && method !== 'GET' && !isAccount) world = await createWorld(people)
    }
    expect(answers).toEqual(Object.fromEntries(CALLERS.map((caller, index) => [caller, statuses[index]])))
  })

  test('who looks through a user’s eyes reads what the user reads, and changes nothing', async () => {
    const eyes = new Map<Caller, Login>()
    for (const caller of ['builder', 'endUser', 'otherBuilder'] as const) {
      const { data } = await client.call<Login>(
        'POST',
        `/api/admin/users/${shared[caller]!.user.id}/impersonate`,
        { as: await client.person('super_admin'), body: { reason: 'They asked for help' } },
      )
      eyes.set(caller, data)
    }
    for (const [route, statuses, call = (): Call => ({})] of TABLE) {
      const [method, pattern] = route.split(' ') as [string, string]
      // Open to everybody, whoever they are; and the way back.
      if (statuses[0] !== 401 || pattern === '/api/auth/impersonation' || pattern.endsWith('/refresh'))
        continue
      const { path = {}, body, query = '' } = call(common)
      const address = pattern.replace(/:(\w+)/g, (_, name: string) => path[name]!) + query
      for (const [caller, { accessToken }] of eyes) {
        const response = await client.app.request(address, {
          method,
          headers: { authorization: `Bearer ${accessToken}` },
          ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
        })
        const expected = method === 'GET' ? statuses[CALLERS.indexOf(caller)] : 403
        expect([route, caller, response.status]).toEqual([route, caller, expected])
      }
    }
  })

  test('an id of nothing is as unknown as another’s', async () => {
    for (const [path, as] of [
      [`/api/projects/pr_${'x'.repeat(21)}`, shared.builder],
      [`/api/widgets/im_${'x'.repeat(21)}`, shared.endUser],
      ['/api/projects/1%27%20or%201=1', shared.builder],
      ['/api/builders/us_nobody/dashboard', shared.builder],
      ['/api/end-users/us_nobody/usage', shared.endUser],
      ['/api/builders/us_nobody/dashboard', shared.admin],
      [`/api/builders/${shared.endUser!.user.id}/revenue`, shared.admin],
      [`/api/end-users/${shared.builder!.user.id}/billing`, shared.admin],
    ] as const) {
      const { status, error } = await client.call('GET', path, { as })
      expect([path, status, error.code]).toEqual([path, 404, 'RESOURCE_NOT_FOUND'])
    }
  })
})
