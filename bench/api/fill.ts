import { sql } from 'drizzle-orm'
import type { NodeHandles } from '../../ingest-api/src/open-node'
import { sealUsage } from '../../ingest-api/src/usage/seal-usage'
import { BUILDERS, DAY_MS, IMPLEMENTATIONS, OWNERS, PROJECTS } from './platform'

const STEP = 1_000_000
const MANIFEST = {
  name: 'poll',
  title: 'Poll',
  description: 'One question, two answers.',
  version: '1.0.0',
  integrity: 'sha384-bench',
  size: 2277,
  config: { type: 'object', properties: { question: { type: 'string', default: 'Coffee or tea?' } } },
  presets: [],
  permissions: { network: [], images: [], popups: false },
  events: [{ name: 'vote', title: 'Vote cast' }],
  height: 320,
}

/**
 * The platform and 30 days of events until now, by SQL, as a running server has them: a day becomes one part two hours
 * after it is over, an hour is sealed 49 hours after it is.
 */
export async function fill(handles: NodeHandles, events: number): Promise<void> {
  await fillPeople(handles)
  const from = Date.now() - 30 * DAY_MS
  // The process seals meanwhile, and must not before an hour has all its events.
  await noteFilling(handles, { holds: true, drainedTo: from })
  for (let done = 0; done < events; done += STEP)
    await handles.clickhouse.command(eventsSql(Math.min(STEP, events - done), done, from))
  await noteFilling(handles, { holds: false, drainedTo: Date.now() })
  await mergeDays(handles)
  while (await sealUsage(handles));
}

/** Says in the store what a spool would that hands the events over. */
const noteFilling = (
  { clickhouse }: NodeHandles,
  { holds, drainedTo }: { holds: boolean; drainedTo: number },
) => {
  const mark = { spool: 'filling', drained_to: drainedTo, holds }
  return clickhouse.insert('spool_watermarks', `filling:${drainedTo}`, JSON.stringify(mark))
}

async function mergeDays({ clickhouse }: NodeHandles): Promise<void> {
  const today = new Date().toISOString().slice(0, 10)
  const days = await clickhouse.query<{ day: string }>(
    `SELECT DISTINCT partition AS day FROM system.parts
     WHERE database = currentDatabase() AND table = 'events' AND active AND partition < {today: String}`,
    { today },
  )
  for (const { day } of days) await clickhouse.command(`OPTIMIZE TABLE events PARTITION '${day}' FINAL`)
}

/** People with sessions, projects with a release, implementations and revenue. */
async function fillPeople({ db }: NodeHandles): Promise<void> {
  const id = (prefix: string, n: string) => sql.raw(`'${prefix}_' || lpad((${n})::text, 21, '0')`)
  const persona = sql.raw(`case when n < ${BUILDERS} then 'builder' else 'end_user' end`)
  const people = sql.raw(`generate_series(0, ${BUILDERS + OWNERS - 1}) n`)
  const projects = sql.raw(`generate_series(0, ${PROJECTS - 1}) n`)
  const implementations = sql.raw(`generate_series(0, ${IMPLEMENTATIONS - 1}) n`)
  await db.transaction(async (tx) => {
    await tx.execute(sql`
      insert into users (id, email, name, persona, roles, email_verified_at)
      select ${id('us', 'n')}, 'p' || n || '@example.com', 'Person ' || n, ${persona}, jsonb_build_array(${persona}), now()
      from ${people}`)
    await tx.execute(sql`
      insert into sessions (id, user_id, persona, expires_at)
      select ${id('se', 'n')}, ${id('us', 'n')}, ${persona}, now() + interval '7 days'
      from ${people}`)
    await tx.execute(sql`insert into bundles (integrity, code) values ('sha384-bench', 'bench')`)
    await tx.execute(sql`
      insert into projects (id, builder_id, slug, name, status)
      select ${id('pr', 'n')}, ${id('us', `n % ${BUILDERS}`)}, 'project-' || n, 'Project ' || n, 'published'
      from ${projects}`)
    await tx.execute(sql`
      insert into versions (id, project_id, version, integrity, size, manifest, uploaded_by)
      select ${id('ve', 'n')}, ${id('pr', 'n')}, '1.0.0', 'sha384-bench', 2277, ${JSON.stringify(MANIFEST)}::json, ${id('us', `n % ${BUILDERS}`)}
      from ${projects}`)
    await tx.execute(sql`
      insert into channels (project_id, name, version_id) select ${id('pr', 'n')}, 'stable', ${id('ve', 'n')}
      from ${projects}`)
    await tx.execute(sql`
      insert into widget_implementations (id, end_user_id, project_id, builder_id, name, implementation_url, embed_code)
      select ${id('im', 'n')}, ${id('us', `${BUILDERS} + n % ${OWNERS}`)}, ${id('pr', `n % ${PROJECTS}`)},
        ${id('us', `n % ${BUILDERS}`)}, 'Widget ' || n, 'https://shop' || n || '.example/', ''
      from ${implementations}`)
    await tx.execute(sql`
      insert into implementation_origins (implementation_id, origin)
      select ${id('im', 'n')}, 'https://shop' || n || '.example' from ${implementations}`)
    await tx.execute(sql`
      insert into revenue_events (id, implementation_id, builder_id, end_user_id, amount, event_type, created_at)
      select ${id('rv', 'n')}, ${id('im', `n % ${IMPLEMENTATIONS}`)}, ${id('us', `n % ${IMPLEMENTATIONS} % ${BUILDERS}`)},
        ${id('us', `${BUILDERS} + n % ${IMPLEMENTATIONS} % ${OWNERS}`)}, 500, 'usage', now() - n * interval '60 seconds'
      from generate_series(0, 19999) n`)
  })
  await db.execute(sql`analyze`)
}

/** Seven events a session in the 30 days after `from`; the ids are UUIDv7 of the events' times. */
function eventsSql(count: number, offset: number, from: number): string {
  const id = (prefix: string, n: string) => `concat('${prefix}_', leftPad(toString(${n}), 21, '0'))`
  return `INSERT INTO events (builder_id, project_id, implementation_id, end_user_id, id, event_type, event_name, event_data,
      created_at, session_id, visitor, version, browser, os, device, country, bot, preview) SETTINGS async_insert = 0, insert_deduplication_token = 'bench:${offset}'
    WITH number + ${offset} AS n, intDiv(n, 7) AS session, n % 7 AS k, cityHash64(session, 1) % ${IMPLEMENTATIONS} AS im,
      toUInt64(${from} + cityHash64(session, 2) % ${30 * DAY_MS - 200_000} + k * 3000) AS time,
      lower(hex(cityHash64(n, 4))) AS a, lower(hex(cityHash64(n, 5))) AS b, lower(hex(time)) AS t
    SELECT ${id('us', `im % ${BUILDERS}`)} AS builder_id, ${id('pr', `im % ${PROJECTS}`)} AS project_id,
      ${id('im', 'im')} AS implementation_id, ${id('us', `${BUILDERS} + im % ${OWNERS}`)} AS end_user_id,
      toUUID(concat(substring(t, 1, 8), '-', substring(t, 9, 4), '-7', substring(a, 1, 3), '-a', substring(a, 4, 3), '-', substring(b, 1, 12))) AS id,
      multiIf(k = 0, 'load', n % 97 = 0, 'error', 'interaction') AS event_type, if(k = 0, '', 'vote') AS event_name,
      '{"answer":"Tea"}' AS event_data, fromUnixTimestamp64Milli(toInt64(time)) AS created_at,
      concat('se_', toString(session)) AS session_id, cityHash64(session, 10) AS visitor, '1.0.0' AS version,
      'Chrome' AS browser, 'Windows' AS os, 'desktop' AS device, 'NL' AS country, false AS bot, false AS preview
    FROM numbers(${count})`
}
