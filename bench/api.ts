import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { count, sql } from 'drizzle-orm'
import { signAccessToken } from '../ingest-api/src/accounts/access-token'
import { createCaches } from '../ingest-api/src/cache'
import { readConfig } from '../ingest-api/src/config'
import { getBuilderDashboard } from '../ingest-api/src/dashboards/get-builder-dashboard'
import { getEndUserDashboard } from '../ingest-api/src/dashboards/get-end-user-dashboard'
import { listTrackedImplementations } from '../ingest-api/src/dashboards/list-tracked-implementations'
import { signSessionToken } from '../ingest-api/src/ingest/session-token'
import { createLog } from '../ingest-api/src/log'
import {
  getImplementation,
  pageImplementations,
} from '../ingest-api/src/implementations/read-implementations'
import { openNode, type NodeHandles } from '../ingest-api/src/open-node'
import { listProjects } from '../ingest-api/src/projects/read-projects'
import { users } from '../schema/tables/users'
import { uuidV7 } from '../schema/wire/id'
import type { Persona } from '../schema/wire/permission'
import { freePortPair } from '../test/oriel-process'

/**
 * `npm run bench:api [requests a second] [events] [seconds] [directory]`: what people with open dashboards ask, at a
 * fixed rate of arrivals whatever the answers do, so that waiting counts: a request's time runs from when it should have
 * been sent. 1,000 implementations of 50 builders and 200 site owners, 30 days of events. Three times: when everybody
 * asks for the first time, after five seconds of asking for another range; then, while nothing happens; and while 200 visitors a second act, all
 * over the implementations. The server is the built one in a process of its own on this machine, with both engines; the
 * load comes from here. The baseline is the same read by the same code with nothing kept, one at a time and alone.
 * Processor time tells what a busy machine hides; it is read from /proc. A directory is filled once and asked again.
 */
const RATE = Number(process.argv[2] ?? 500)
const EVENTS = Number(process.argv[3] ?? 10_000_000)
const SECONDS = Number(process.argv[4] ?? 20)
const WARM_SECONDS = 5
/** While visitors act. */
const EVENTS_A_SECOND = 200
const EVENTS_EVERY_MS = 50
const ALONE_RUNS = 100
const [BUILDERS, OWNERS, IMPLEMENTATIONS, PROJECTS_EACH] = [50, 200, 1_000, 4]
const DAY_MS = 86_400_000
const STEP = 1_000_000

const port = await freePortPair()
const directory = process.argv[5] ?? (await mkdtemp(join(tmpdir(), 'oriel-bench-api-')))
const log = createLog('error', (line) => process.stderr.write(`${line}\n`))
const environment = {
  ORIEL_DATA_DIR: directory,
  ORIEL_DEMO: '0',
  ORIEL_RATE_LIMITS: '0',
  PORT: String(port),
  LOG_LEVEL: 'error',
}

/** One kind of read: how often among all, what it asks for as whom, and the same asked of the engines alone. */
type Read = {
  name: string
  share: number
  as: Persona
  path: (n: number, range: string) => string
  alone: (handles: NodeHandles, n: number) => Promise<unknown>
}

// Not so near the end of an hour that what comes during the measurement would be after it.
const hour = Math.ceil((Date.now() + 300_000) / 3_600_000) * 3_600_000
const day = { from: hour - DAY_MS, to: hour, interval: 'hour', timezone: 'Europe/Amsterdam' } as const
/** A range that nobody has asked for, so that the server has done everything before but this. */
const other = `from=${day.from - DAY_MS}&to=${day.to}&interval=day&timezone=UTC`
const range = `from=${day.from}&to=${day.to}&interval=hour&timezone=Europe%2FAmsterdam`
const pad = (n: number) => String(n).padStart(21, '0')
const ownerId = (n: number) => `us_${pad(BUILDERS + (n % OWNERS))}`
const builderId = (n: number) => `us_${pad(n % BUILDERS)}`
/** One of the owner's own, so that nobody is refused. */
const widgetId = (n: number) => `im_${pad((n % OWNERS) + OWNERS * (Math.floor(n / OWNERS) % 5))}`
const first = { page: 1, limit: 20 }
const owner = (n: number) => ({ userId: ownerId(n), persona: 'end_user' }) as const
const builder = (n: number) => ({ userId: builderId(n), persona: 'builder' }) as const

/** What open pages ask: the overview every two seconds, everything else when somebody goes there. */
const READS: Read[] = [
  {
    name: "site owner's overview",
    share: 40,
    as: 'end_user',
    path: (_, range) => `/api/end-users/me/dashboard?${range}`,
    alone: (handles, n) => getEndUserDashboard(handles, ownerId(n), day),
  },
  {
    name: "builder's overview",
    share: 25,
    as: 'builder',
    path: (_, range) => `/api/builders/me/dashboard?${range}`,
    alone: (handles, n) => getBuilderDashboard(handles, builderId(n), day),
  },
  {
    name: 'one widget',
    share: 10,
    as: 'end_user',
    path: (n) => `/api/widgets/${widgetId(n)}`,
    alone: (handles, n) => getImplementation(handles, owner(n), widgetId(n)),
  },
  {
    name: 'widgets',
    share: 10,
    as: 'end_user',
    path: () => '/api/end-users/me/widgets',
    alone: (handles, n) => pageImplementations(handles, owner(n), first),
  },
  {
    name: 'projects',
    share: 10,
    as: 'builder',
    path: () => '/api/projects',
    alone: (handles, n) => listProjects(handles, builder(n), first),
  },
  {
    name: 'implementations with usage',
    share: 5,
    as: 'builder',
    path: (_, range) => `/api/builders/me/implementations?${range}`,
    alone: (handles, n) => listTrackedImplementations(handles, builder(n), day, first),
  },
]

const node = await openNode(readConfig(environment), process.cwd(), log)
const [filled] = await node.db.select({ people: count() }).from(users)
if (filled!.people === 0) await fill(node)
const tokens = await signIn(node)
const bare: NodeHandles = { ...node, caches: createCaches(true, 0) }
const alone = new Map<string, number[]>()
for (const read of READS) {
  for (let n = 0; n < ALONE_RUNS / 5; n++) await read.alone(bare, n)
  const times: number[] = []
  for (let n = 0; n < ALONE_RUNS; n++) {
    const began = performance.now()
    await read.alone(bare, n)
    times.push(performance.now() - began)
  }
  alone.set(
    read.name,
    times.sort((a, b) => a - b),
  )
}
await node.close()

const server = spawn(process.execPath, ['ingest-api/dist/node.js'], {
  env: { PATH: process.env.PATH, ...environment },
  stdio: ['ignore', 'pipe', 'inherit'],
})
await new Promise<void>((resolve) =>
  server.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('ready ') && resolve()),
)
const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
try {
  console.log(
    `${RATE} requests a second for ${SECONDS} s each, ${EVENTS.toLocaleString('en')} events, ${IMPLEMENTATIONS} implementations, ${cpus().length} cores`,
  )
  await load(WARM_SECONDS, other)
  await measure('everybody for the first time')
  await measure('while nothing happens')
  const before = await countAll()
  const visitors = act()
  await measure(`with ${EVENTS_A_SECOND} events a second`)
  const sent = await visitors.stop()
  await checkStored(before + sent)
} finally {
  agent.destroy()
  server.kill('SIGTERM')
  await once(server, 'exit')
  if (!process.argv[5]) await rm(directory, { recursive: true, force: true })
}

async function measure(name: string) {
  const spent = () => ({ server: cpuMs(server.pid!), load: process.cpuUsage() })
  const before = spent()
  const began = performance.now()
  const results = await load(SECONDS)
  const [after, seconds] = [spent(), (performance.now() - began) / 1000]
  console.log(`\n${name}:\n`)
  tell(results)
  const loadMs = (after.load.user + after.load.system - before.load.user - before.load.system) / 1000
  const perRequest = (ms: number) => (ms / results.length).toFixed(2)
  console.log(
    `processor time a request: Node with ClickHouse ${perRequest(after.server.own - before.server.own)} ms, PostgreSQL ${perRequest(after.server.children - before.server.children)} ms, this load ${perRequest(loadMs)} ms; it took ${seconds.toFixed(1)} s`,
  )
}

/** Lets visitors act, each on an implementation of its own, until it is stopped; then it says how many events were taken. */
function act() {
  const answers: Promise<boolean>[] = []
  const timer = setInterval(() => {
    for (let each = 0; each < (EVENTS_A_SECOND * EVENTS_EVERY_MS) / 1000; each++)
      answers.push(sendEvent(tokens.visitors[(answers.length * 389) % IMPLEMENTATIONS]!))
  }, EVENTS_EVERY_MS)
  return {
    async stop() {
      clearInterval(timer)
      return (await Promise.all(answers)).filter(Boolean).length
    },
  }
}

function sendEvent(token: string): Promise<boolean> {
  const now = Date.now()
  const event = { id: uuidV7(now), type: 'interaction', name: 'vote', at: now, data: { answer: 'Tea' } }
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'text/plain',
      'user-agent': 'Mozilla/5.0 Chrome/142.0.0.0 Safari/537.36',
    }
    request({ agent, port, path: '/v1/events', method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode === 202))
    })
      .on('error', () => resolve(false))
      .end(JSON.stringify({ token, sentAt: now, events: [event] }))
  })
}

/** All that the overviews of all site owners say together. */
async function countAll(): Promise<number> {
  const totals = await Promise.all(
    tokens.owners.map(async (_, n) => {
      const { text } = await fetchText(READS[0]!, n, range)
      const { loads, interactions, errors } = JSON.parse(text).data.usage.totals
      return loads + interactions + errors
    }),
  )
  return totals.reduce((sum, total) => sum + total, 0)
}

async function checkStored(expected: number) {
  const until = Date.now() + 3_000
  let found = await countAll()
  while (found !== expected && Date.now() < until) found = await countAll()
  console.log(`\nevents in the overviews: ${found.toLocaleString('en')} of ${expected.toLocaleString('en')}`)
  if (found !== expected) process.exitCode = 1
}

/** What a process and its children have had of the processors, in ms (proc(5); a tick is 10 ms). */
function cpuMs(pid: number): { own: number; children: number } {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
        return [
          {
            pid: Number(name),
            parent: Number(fields[1]),
            ms: (Number(fields[11]) + Number(fields[12])) * 10,
          },
        ]
      } catch {
        // It has just ended.
        return []
      }
    })
  const childrenOf = (of: number): number =>
    all
      .filter(({ parent }) => parent === of)
      .reduce((sum, child) => sum + child.ms + childrenOf(child.pid), 0)
  return { own: all.find((each) => each.pid === pid)?.ms ?? 0, children: childrenOf(pid) }
}

type Answered = { read: Read; ms: number; problem: string | undefined }

/** Sends requests at their times, whether or not earlier ones are answered. */
async function load(seconds: number, of = range): Promise<Answered[]> {
  const began = performance.now()
  const answers: Promise<Answered>[] = []
  for (let n = 0; n < RATE * seconds; n++) {
    const due = began + (n * 1000) / RATE
    if (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
    const read = choose(n)
    answers.push(ask(read, n, of).then((problem) => ({ read, ms: performance.now() - due, problem })))
  }
  return Promise.all(answers)
}

/** The same order every time, with the kinds spread evenly: 61 has no divisor in common with 100. */
function choose(n: number): Read {
  let place = (n * 61) % 100
  return READS.find(({ share }) => (place -= share) < 0)!
}

/** What is wrong with the answer, or nothing. */
async function ask(read: Read, n: number, of: string): Promise<string | undefined> {
  const { status, text } = await fetchText(read, n, of)
  const isWhole = status === 200 && text.startsWith('{"success":true,"data":')
  return isWhole && text.includes('_0') ? undefined : `${status} ${text.slice(0, 120)}`
}

/** The answer, or status 0 and what went wrong. */
function fetchText({ as, path }: Read, n: number, of: string): Promise<{ status: number; text: string }> {
  const token = as === 'builder' ? tokens.builders[n % BUILDERS] : tokens.owners[n % OWNERS]
  return new Promise((resolve) => {
    const options = { agent, port, path: path(n, of), headers: { authorization: `Bearer ${token}` } }
    request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }),
      )
    })
      .on('error', ({ message }) => resolve({ status: 0, text: message }))
      .end()
  })
}

function tell(results: Answered[]) {
  const at = (times: number[], share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))]!
  const row = (name: string, times: number[], base: number[] | undefined) => {
    times.sort((a, b) => a - b)
    const cells = [name, times.length, ...[0.5, 0.95, 0.99].map((share) => at(times, share).toFixed(1))]
    const ratio = base ? [at(base, 0.5).toFixed(1), (at(times, 0.5) / at(base, 0.5)).toFixed(1)] : ['', '']
    console.log(`| ${[...cells, ...ratio].join(' | ')} |`)
  }
  console.log(
    '| read | requests | p50 ms | p95 ms | p99 ms | alone p50 ms | ratio |\n|---|---|---|---|---|---|---|',
  )
  for (const read of READS)
    row(
      read.name,
      results.filter((result) => result.read === read).map(({ ms }) => ms),
      alone.get(read.name),
    )
  row(
    'all',
    results.map(({ ms }) => ms),
    undefined,
  )
  const problems = results.flatMap(({ problem }) => problem ?? [])
  console.log(`\nnot answered well: ${problems.length}${problems[0] ? `, the first: ${problems[0]}` : ''}`)
  if (problems.length > 0) process.exitCode = 1
}

/** People with sessions, projects with a release, implementations and 30 days of events, by SQL. */
async function fill(handles: NodeHandles): Promise<void> {
  const { db, clickhouse } = handles
  const manifest = {
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
  const people = BUILDERS + OWNERS
  const id = (prefix: string, n: string) => sql.raw(`'${prefix}_' || lpad((${n})::text, 21, '0')`)
  const persona = sql.raw(`case when n < ${BUILDERS} then 'builder' else 'end_user' end`)
  await db.transaction(async (tx) => {
    await tx.execute(sql`
      insert into users (id, email, name, persona, roles, email_verified_at)
      select ${id('us', 'n')}, 'p' || n || '@example.com', 'Person ' || n, ${persona}, jsonb_build_array(${persona}), now()
      from generate_series(0, ${people - 1}::int) n`)
    await tx.execute(sql`
      insert into sessions (id, user_id, persona, expires_at)
      select ${id('se', 'n')}, ${id('us', 'n')}, ${persona}, now() + interval '7 days'
      from generate_series(0, ${people - 1}::int) n`)
    await tx.execute(sql`insert into bundles (integrity, code) values ('sha384-bench', 'bench')`)
    await tx.execute(sql`
      insert into projects (id, builder_id, slug, name, status)
      select ${id('pr', 'n')}, ${id('us', `n % ${BUILDERS}`)}, 'project-' || n, 'Project ' || n, 'published'
      from generate_series(0, ${BUILDERS * PROJECTS_EACH - 1}::int) n`)
    await tx.execute(sql`
      insert into versions (id, project_id, version, integrity, size, manifest, uploaded_by)
      select ${id('ve', 'n')}, ${id('pr', 'n')}, '1.0.0', 'sha384-bench', 2277, ${JSON.stringify(manifest)}::json, ${id('us', `n % ${BUILDERS}`)}
      from generate_series(0, ${BUILDERS * PROJECTS_EACH - 1}::int) n`)
    await tx.execute(sql`
      insert into channels (project_id, name, version_id) select ${id('pr', 'n')}, 'stable', ${id('ve', 'n')}
      from generate_series(0, ${BUILDERS * PROJECTS_EACH - 1}::int) n`)
    await tx.execute(sql`
      insert into widget_implementations (id, end_user_id, project_id, builder_id, name, implementation_url, embed_code)
      select ${id('im', 'n')}, ${id('us', `${BUILDERS} + n % ${OWNERS}`)}, ${id('pr', `n % ${BUILDERS * PROJECTS_EACH}`)},
        ${id('us', `n % ${BUILDERS}`)}, 'Widget ' || n, 'https://shop' || n || '.example/', ''
      from generate_series(0, ${IMPLEMENTATIONS - 1}::int) n`)
    await tx.execute(sql`
      insert into implementation_origins (implementation_id, origin)
      select ${id('im', 'n')}, 'https://shop' || n || '.example' from generate_series(0, ${IMPLEMENTATIONS - 1}::int) n`)
    await tx.execute(sql`
      insert into revenue_events (id, implementation_id, builder_id, end_user_id, amount, event_type, created_at)
      select ${id('rv', 'n')}, ${id('im', `n % ${IMPLEMENTATIONS}`)}, ${id('us', `n % ${IMPLEMENTATIONS} % ${BUILDERS}`)},
        ${id('us', `${BUILDERS} + n % ${IMPLEMENTATIONS} % ${OWNERS}`)}, 500, 'usage', now() - n * interval '60 seconds'
      from generate_series(0, 19999) n`)
  })
  await db.execute(sql`analyze`)
  for (let done = 0; done < EVENTS; done += STEP)
    await clickhouse.command(eventsSql(Math.min(STEP, EVENTS - done), done))
  // As a running server has them: a day becomes one part two hours after it is over.
  const today = new Date().toISOString().slice(0, 10)
  const days = await clickhouse.query<{ day: string }>(
    `SELECT DISTINCT partition AS day FROM system.parts
     WHERE database = currentDatabase() AND table = 'events' AND active AND partition < {today: String}`,
    { today },
  )
  for (const { day } of days) await clickhouse.command(`OPTIMIZE TABLE events PARTITION '${day}' FINAL`)
}

/** What each person signs in with, and a visitor's session of each implementation. */
async function signIn(handles: NodeHandles): Promise<Record<'builders' | 'owners' | 'visitors', string[]>> {
  const tokensOf = (from: number, count: number, persona: Persona) =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        signAccessToken(
          handles,
          { userId: `us_${pad(from + n)}`, sessionId: `se_${pad(from + n)}`, persona },
          3_600,
        ),
      ),
    )
  return {
    builders: await tokensOf(0, BUILDERS, 'builder'),
    owners: await tokensOf(BUILDERS, OWNERS, 'end_user'),
    visitors: await Promise.all(
      Array.from({ length: IMPLEMENTATIONS }, (_, n) => {
        const project = `pr_${pad(n % (BUILDERS * PROJECTS_EACH))}`
        const whose = { im: `im_${pad(n)}`, pr: project, bu: builderId(n), eu: ownerId(n) }
        return signSessionToken(
          handles.keys.session,
          { ...whose, ver: '1.0.0', sid: `se_live_${n}` },
          Date.now(),
        )
      }),
    ),
  }
}

/** Seven events a session; the ids are UUIDv7 of the events' times. */
function eventsSql(count: number, offset: number): string {
  const id = (prefix: string, n: string) => `concat('${prefix}_', leftPad(toString(${n}), 21, '0'))`
  return `INSERT INTO events (builder_id, project_id, implementation_id, end_user_id, id, event_type, event_name, event_data,
      created_at, session_id, visitor, version, browser, os, device, country, bot, preview) SETTINGS async_insert = 0, insert_deduplication_token = 'bench:${offset}'
    WITH number + ${offset} AS n, intDiv(n, 7) AS session, n % 7 AS k, cityHash64(session, 1) % ${IMPLEMENTATIONS} AS im,
      toUInt64(${Date.now() - 30 * DAY_MS} + cityHash64(session, 2) % ${30 * DAY_MS - 200_000} + k * 3000) AS time,
      lower(hex(cityHash64(n, 4))) AS a, lower(hex(cityHash64(n, 5))) AS b, lower(hex(time)) AS t
    SELECT ${id('us', `im % ${BUILDERS}`)} AS builder_id, ${id('pr', `im % ${BUILDERS * PROJECTS_EACH}`)} AS project_id,
      ${id('im', 'im')} AS implementation_id, ${id('us', `${BUILDERS} + im % ${OWNERS}`)} AS end_user_id,
      toUUID(concat(substring(t, 1, 8), '-', substring(t, 9, 4), '-7', substring(a, 1, 3), '-a', substring(a, 4, 3), '-', substring(b, 1, 12))) AS id,
      multiIf(k = 0, 'load', n % 97 = 0, 'error', 'interaction') AS event_type, if(k = 0, '', 'vote') AS event_name,
      '{"answer":"Tea"}' AS event_data, fromUnixTimestamp64Milli(toInt64(time)) AS created_at,
      concat('se_', toString(session)) AS session_id, cityHash64(session, 10) AS visitor, '1.0.0' AS version,
      'Chrome' AS browser, 'Windows' AS os, 'desktop' AS device, 'NL' AS country, false AS bot, false AS preview
    FROM numbers(${count})`
}
