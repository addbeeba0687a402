import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Login } from '../../schema/wire/api'
import { createTestHandles, type TestHandles } from './testing'
import { createClient } from './testing-client'

/** Enough that a plan which reads a whole table is worse than one that does not, and is seen. */
const ROWS = 20_000
/** A list may look at what is on its page and at what is the asker's own, and at small tables whole. */
const FEW = 1_000
const TABLES = [
  'users',
  'widget_implementations',
  'versions',
  'releases',
  'audit_log',
  'jobs',
  'revenue_events',
]

let handles: TestHandles
let client: ReturnType<typeof createClient>
let [builder, owner, admin] = [] as unknown as [Login, Login, Login]

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  builder = await client.person('builder')
  owner = await client.person('end_user')
  admin = await client.person('super_admin')
  const project = await client.releasedProject(builder)
  await client.implement(owner, project.id)
  await fill(project.id)
})
afterAll(() => handles.close())

/** Other people's things, made of the ones that are there. */
async function fill(projectId: string): Promise<void> {
  const other = sql`'us_' || lpad((1 + n % 5000)::text, 21, '0')`
  const many = (statement: ReturnType<typeof sql>) =>
    handles.db.execute(sql`${statement} from generate_series(1, ${ROWS}) n`)
  await many(sql`insert into users (id, email, name, persona, roles)
    select 'us_' || lpad(n::text, 21, '0'), 'p' || n || '@example.org', 'Person ' || n, 'end_user', '["end_user"]'`)
  await many(sql`insert into projects (id, builder_id, slug, name)
    select 'pr_' || n, ${other}, 'project-' || n, 'Project ' || n`)
  await handles.db
    .execute(sql`insert into versions (id, project_id, version, integrity, size, manifest, uploaded_by)
    select 've_' || n, 'pr_' || n, '1.0.0', v.integrity, v.size, v.manifest, v.uploaded_by
    from generate_series(1, ${ROWS}) n, versions v where v.project_id = ${projectId}`)
  await many(sql`insert into channels (project_id, name, version_id) select 'pr_' || n, 'stable', 've_' || n`)
  await many(sql`insert into releases (id, project_id, channel, kind, version_id, actor_id)
    select 're_' || n, 'pr_' || n, 'stable', 'release', 've_' || n, ${other}`)
  await many(sql`insert into widget_implementations (id, end_user_id, project_id, builder_id, name, implementation_url, embed_code)
    select 'im_' || n, 'us_' || lpad(n::text, 21, '0'), 'pr_' || n, ${other}, 'Widget ' || n, 'https://shop' || n || '.example/', ''`)
  await many(sql`insert into revenue_events (id, implementation_id, builder_id, end_user_id, amount, event_type)
    select 'rv_' || n, 'im_' || n, ${other}, 'us_' || lpad(n::text, 21, '0'), 500, 'usage'`)
  await many(sql`insert into jobs (id, kind, owner_id, status, next_at, finished_at)
    select 'jb_' || n, 'export_data', ${other}, 'done', now(), now()`)
  await handles.db.transaction(async (tx) => {
    // Sealing is for the ones that are written one at a time.
    await tx.execute(sql`alter table audit_log disable trigger seal`)
    await tx.execute(sql`insert into audit_log (actor_id, action, resource_type, resource_id, request_id, at)
      select ${other}, 'action.' || n % 100, 'thing', 'th_' || n, 'rq_' || n, now() - n * interval '1 minute'
      from generate_series(1, ${ROWS}) n`)
    await tx.execute(sql`alter table audit_log enable trigger seal`)
  })
  await handles.db.execute(sql`vacuum analyze`)
}

/** Rows that statements have read by going through whole tables, since the server started. */
async function readWhole(): Promise<Record<string, number>> {
  // Each connection keeps its counts for a while unless it is told not to.
  await Promise.all(
    Array.from({ length: 20 }, () =>
      handles.db.execute(sql`select pg_stat_force_next_flush(), pg_sleep(0.01)`),
    ),
  )
  const rows = await handles.db.execute<{ name: string; read: number }>(sql`
    select relname as name, seq_tup_read::int as read from pg_stat_user_tables`)
  return Object.fromEntries(rows.map(({ name, read }) => [name, read]))
}

test.each<[string, () => Login]>([
  ['/api/end-users/me/widgets', () => owner],
  ['/api/end-users/me/widgets?search=shop', () => owner],
  ['/api/end-users/me/dashboard', () => owner],
  ['/api/end-users/me/billing', () => owner],
  ['/api/projects', () => builder],
  ['/api/builders/me/implementations', () => builder],
  ['/api/builders/me/revenue', () => builder],
  ['/api/admin/users?search=person19999', () => admin],
  ['/api/admin/users?search=p19999@', () => admin],
  ['/api/admin/implementations?search=shop19999', () => admin],
  ['/api/admin/audit-logs', () => admin],
  ['/api/admin/audit-logs?requestId=rq_5', () => admin],
  ['/api/admin/audit-logs?actor=p5@example.org', () => admin],
  ['/api/admin/audit-logs?actor=us_000000000000000000005', () => admin],
  ['/api/admin/audit-logs?action=action.5', () => admin],
])('%s reads no large table whole', async (path, as) => {
  const ask = async () => expect((await client.call('GET', path, { as: as() })).status).toBe(200)
  // The first time connections get to know the types.
  await ask()
  const before = await readWhole()
  await ask()
  const after = await readWhole()
  for (const table of TABLES) expect([table, after[table]! - before[table]! < FEW]).toEqual([table, true])
})
