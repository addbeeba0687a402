import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaches } from '../ingest-api/src/cache'
import { openEmbeddedClickHouse } from '../ingest-api/src/embedded/clickhouse'
import { migrateClickHouse } from '../ingest-api/src/migrate'
import { countByImplementation } from '../ingest-api/src/reports/count-by-implementation'
import { countUsage } from '../ingest-api/src/reports/count-usage'
import { listRecentEvents } from '../ingest-api/src/reports/list-recent-events'
import { rankImplementations } from '../ingest-api/src/reports/rank-implementations'
import type { Tenant } from '../ingest-api/src/reports/tenant'
import { compareUsage } from '../ingest-api/src/usage/compare-usage'
import { Rollup } from '../ingest-api/src/usage/rollup'
import { sealUsage } from '../ingest-api/src/usage/seal-usage'

/**
 * `npm run bench:store [events] [directory]`: bytes an event takes on disk, how long hours take to be sealed, and how
 * long the reports take over many. The events are 30 days of 20,000 implementations of 200 builders, a few of them far
 * busier than the rest, seven events a session; the questions are asked of the one in the middle and of the busiest. The
 * baseline of each is the bare `count()` of the same rows. A directory is filled once, also in several goes (its first
 * event says when it begins), and asked again.
 */
const EVENTS = Number(process.argv[2] ?? 100_000_000)
const RUNS = 40
const DAY_MS = 86_400_000
const STEP = 1_000_000

const directory = process.argv[3] ?? (await mkdtemp(join(tmpdir(), 'oriel-store-')))
const clickhouse = await openEmbeddedClickHouse(directory)
await migrateClickHouse(clickhouse, process.cwd())
const [{ filled, begun } = { filled: 0, begun: 0 }] = await clickhouse.query<{
  filled: number
  begun: number
}>(
  'SELECT toFloat64(count()) AS filled, toFloat64(toUnixTimestamp64Milli(min(created_at))) AS begun FROM events',
  {},
)
const to = filled > 0 ? begun + 30 * DAY_MS : Date.now() - (Date.now() % 3_600_000)
const from = to - 30 * DAY_MS
const handles = { clickhouse, caches: createCaches(true), now: () => to }
if (filled < EVENTS) {
  const began = performance.now()
  for (let done = filled - (filled % STEP); done < EVENTS; done += STEP) {
    await clickhouse.command(insertSql(Math.min(STEP, EVENTS - done), done))
    if (done % (10 * STEP) === 0) console.error(`${done / STEP} of ${EVENTS / STEP} million`)
  }
  console.log(
    `made and inserted at ${Math.round((EVENTS - filled) / (performance.now() - began))},000 events a second`,
  )
}

const sealing: number[] = []
for (let began = performance.now(); await sealUsage(handles); began = performance.now())
  sealing.push(performance.now() - began)
if (sealing.length > 0)
  console.log(`a day sealed in ${Math.round(sealing.sort((a, b) => a - b)[sealing.length >> 1]!)} ms`)
// As a running server has them: what is two hours old is merged, days of events once they are over.
const over = await clickhouse.query<{ day: string }>(
  `SELECT partition AS day FROM system.parts
   WHERE database = currentDatabase() AND table = 'events' AND active AND partition < {today: String}
   GROUP BY day HAVING count() > 1`,
  { today: new Date(to - 1).toISOString().slice(0, 10) },
)
for (const { day } of over) await clickhouse.command(`OPTIMIZE TABLE events PARTITION '${day}' FINAL`)
await clickhouse.command('OPTIMIZE TABLE usage_quarters FINAL')
const rollup = new Rollup(handles)
await rollup.find()
await rollup.count()

const sizes = await clickhouse.query<{ table: string; rows: number; bytes: number; parts: number }>(
  `SELECT table, toFloat64(sum(rows)) AS rows, toFloat64(sum(bytes_on_disk)) AS bytes, toFloat64(count()) AS parts
   FROM system.parts WHERE database = currentDatabase() AND active AND table IN ('events', 'usage_quarters', 'recent_quarters', 'platform_quarters')
   GROUP BY table ORDER BY bytes DESC`,
  {},
)
for (const { table, rows, bytes, parts } of sizes)
  console.log(
    `${table}: ${rows.toLocaleString('en')} rows in ${parts} parts, ${(bytes / EVENTS).toFixed(1)} bytes an event`,
  )
const lastDay = { from: to - 4 * DAY_MS, to: to - 3 * DAY_MS }
const compared = await compareUsage(handles, lastDay)
if (compared.mismatches > 0) throw new Error('What is sealed is not what the events say.')

/** All implementations, the busiest first. */
const ranked = await clickhouse.query<{ builder: string; implementation: string; project: string }>(
  `SELECT builder_id AS builder, implementation_id AS implementation, any(project_id) AS project
   FROM usage_quarters GROUP BY builder, implementation ORDER BY sum(loads) DESC`,
  {},
)
const { builder, implementation, project } = ranked[0]!
const median = ranked[ranked.length >> 1]!
const ofProject = await clickhouse.query<{ id: string }>(
  'SELECT DISTINCT implementation_id AS id FROM usage_quarters WHERE builder_id = {builder: String} AND project_id = {project: String}',
  { builder, project },
)
const one: Tenant = { whose: 'implementations', builderIds: [builder], implementationIds: [implementation] }
const middle: Tenant = {
  whose: 'implementations',
  builderIds: [median.builder],
  implementationIds: [median.implementation],
}
const its: Tenant = {
  whose: 'implementations',
  builderIds: [builder],
  implementationIds: ofProject.map(({ id }) => id),
}
const all: Tenant = { whose: 'builder', builderId: builder }
const daily = { from, to, interval: 'day', timezone: 'Europe/Amsterdam' } as const
const hourly = { ...daily, interval: 'hour', timezone: 'Asia/Kolkata' } as const
const inBuilder = 'builder_id = {builder: String}'
const inProject = `${inBuilder} AND project_id = {project: String}`
const inOne = `${inBuilder} AND implementation_id = {implementation: String}`
const inMiddle = 'builder_id = {middleBuilder: String} AND implementation_id = {middle: String}'

const questions: [name: string, rows: string, ask: () => Promise<unknown>][] = [
  ['the middle implementation, 30 days by day', inMiddle, () => countUsage(handles, middle, daily)],
  ['the middle implementation, latest events', inMiddle, () => listRecentEvents(handles, middle, daily, 20)],
  ['the busiest implementation, 30 days by day', inOne, () => countUsage(handles, one, daily)],
  ['the busiest implementation, latest events', inOne, () => listRecentEvents(handles, one, daily, 20)],
  ['a project, 30 days by hour', inProject, () => countUsage(handles, its, hourly)],
  ['a builder, 30 days by day', inBuilder, () => countUsage(handles, all, daily)],
  ["a builder's implementations by use", inBuilder, () => countByImplementation(handles, all, daily, 20)],
  ['the platform, 30 days by day', '1', () => countUsage(handles, { whose: 'platform' }, daily)],
  ["the platform's implementations by use", '1', () => rankImplementations(handles, daily, 10)],
]
console.log(
  '\n| question | rows | p50 ms | p95 ms | bare count() p50 ms | ratio |\n|---|---|---|---|---|---|',
)
const whose = {
  builder,
  implementation,
  project,
  middleBuilder: median.builder,
  middle: median.implementation,
}
for (const [name, where, ask] of questions) {
  const runs = where === '1' ? RUNS / 4 : RUNS
  const [counted] = await clickhouse.query<{ rows: number }>(
    `SELECT count() AS rows FROM events WHERE ${where}`,
    whose,
  )
  const bare = await time(where === '1' ? 1 : runs, () =>
    clickhouse.query(
      `SELECT count(), uniqExact(session_id) FROM events WHERE ${where} AND NOT preview`,
      whose,
    ),
  )
  const ours = await time(runs, ask)
  const row = [
    name,
    counted!.rows.toLocaleString('en'),
    ours.p50.toFixed(0),
    ours.p95.toFixed(0),
    bare.p50.toFixed(0),
    (ours.p50 / bare.p50).toFixed(1),
  ]
  console.log(`| ${row.join(' | ')} |`)
}
await clickhouse.close()
if (!process.argv[3]) await rm(directory, { recursive: true, force: true })

async function time(runs: number, ask: () => Promise<unknown>) {
  await ask()
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    await ask()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return {
    p50: times[times.length >> 1]!,
    p95: times[Math.min(times.length - 1, Math.floor(times.length * 0.95))]!,
  }
}

/**
 * Realistic events, made by the engine itself in the order in which they would arrive: sessions of seven events begin
 * evenly over the 30 days, ids are UUIDv7 of the event's time.
 */
function insertSql(count: number, offset: number): string {
  const id = `reinterpretAsUUID(bitOr(
    bitShiftLeft(toUInt128(bitOr(9223372036854775808, bitShiftRight(r2, 2))), 64),
    toUInt128(bitOr(bitOr(toUInt64(time) * 65536, 28672), bitAnd(r1, 4095)))))`
  const text = (prefix: string, hash: string) =>
    `concat('${prefix}_', leftPad(lower(hex(${hash})), 16, '0'), 'abcde')`
  return `INSERT INTO events (builder_id, project_id, implementation_id, end_user_id, id, event_type, event_name,
      event_data, created_at, session_id, visitor, version, browser, os, device, country, bot, preview)
    SETTINGS async_insert = 0, insert_deduplication_token = 'bench:${offset}'
    WITH number + ${offset} AS n, intDiv(n, 7) AS session, n % 7 AS k, cityHash64(session, 1) AS h,
      toUInt32(least(pow((h % 1000003) / 1000003, 2) * 20000, 19999)) AS impl, impl % 200 AS b,
      toUInt64(${from} + session * 7 * ${(30 * DAY_MS - 200_000) / EVENTS} + k * (3000 + cityHash64(n, 3) % 20000)) AS time,
      cityHash64(n, 4) AS r1, cityHash64(n, 5) AS r2, n % 97 = 0 AND k > 0 AS failed
    SELECT
      ${text('us', 'cityHash64(b, 1)')} AS builder_id, ${text('pr', 'cityHash64(b, intDiv(impl, 200) % 5)')} AS project_id,
      ${text('im', 'cityHash64(impl, 7)')} AS implementation_id, ${text('us', 'cityHash64(impl, 8)')} AS end_user_id,
      ${id} AS id,
      multiIf(k = 0, 'load', failed, 'error', 'interaction') AS event_type,
      multiIf(k = 0, '', failed, 'TypeError', ['vote', 'open', 'close', 'scroll', 'submit'][1 + r1 % 5]) AS event_name,
      multiIf(k = 0, concat('{"responseMs":', toString(20 + r1 % 300), ',"readyMs":', toString(80 + r2 % 900), '}'),
        failed, '{"message":"Cannot read properties of undefined","stack":"TypeError at a (bundle.js:1:2345)","version":"1.0.0"}',
        concat('{"answer":"', ['Coffee', 'Tea', 'Water'][1 + r2 % 3], '","index":', toString(r1 % 12), '}')) AS event_data,
      fromUnixTimestamp64Milli(toInt64(time)) AS created_at,
      concat('se_', substring(base64Encode(concat(reinterpretAsString(cityHash64(session, 9)), reinterpretAsString(cityHash64(session, 11)))), 1, 21)) AS session_id,
      cityHash64(session, 10) AS visitor, ['1.0.0', '1.1.0', '2.0.0'][1 + impl % 3] AS version,
      ['Chrome', 'Safari', 'Firefox', 'Edge'][1 + h % 4] AS browser,
      ['Windows', 'iOS', 'Android', 'macOS', 'Linux'][1 + h % 5] AS os,
      ['desktop', 'mobile', 'tablet'][1 + h % 3] AS device,
      ['NL', 'DE', 'US', 'FR', 'GB', 'IN', 'BR'][1 + h % 7] AS country, h % 50 = 0 AS bot, false AS preview
    FROM numbers(${count})`
}
