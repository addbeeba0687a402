import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedClickHouse } from '../ingest-api/src/embedded/clickhouse'
import { migrateClickHouse } from '../ingest-api/src/migrate'
import { countByImplementation } from '../ingest-api/src/reports/count-by-implementation'
import { countUsage } from '../ingest-api/src/reports/count-usage'
import { listRecentEvents } from '../ingest-api/src/reports/list-recent-events'
import type { Tenant } from '../ingest-api/src/reports/tenant'

/**
 * `npm run bench:store [events]`: bytes an event takes on disk, and how long the reports take over many. The events
 * are 30 days of 20,000 implementations of 200 builders, a few of them far busier than the rest, seven events a
 * session; the questions are asked of the busiest. The baseline of each is the bare `count()` of the same rows.
 */
const EVENTS = Number(process.argv[2] ?? 100_000_000)
const RUNS = 20
const DAY_MS = 86_400_000
const STEP = 1_000_000

const directory = process.argv[3] ?? (await mkdtemp(join(tmpdir(), 'oriel-store-')))
const clickhouse = await openEmbeddedClickHouse(directory)
await migrateClickHouse(clickhouse, process.cwd())
const [{ filled, end } = { filled: 0, end: 0 }] = await clickhouse.query<{ filled: number; end: number }>(
  'SELECT count() AS filled, toUnixTimestamp64Milli(max(created_at)) AS end FROM events',
  {},
)
const to = filled > 0 ? Number(end) + 1 : Date.now()
const from = to - 30 * DAY_MS
const began = performance.now()
for (let done = filled; done < EVENTS; done += STEP) {
  await clickhouse.command(insertSql(Math.min(STEP, EVENTS - done), done))
  if (done % (10 * STEP) === 0) console.error(`${done / STEP} of ${EVENTS / STEP} million`)
}
const fillSeconds = (performance.now() - began) / 1000

const [size] = await clickhouse.query<{ rows: number; bytes: number; parts: number }>(
  "SELECT toFloat64(sum(rows)) AS rows, toFloat64(sum(bytes_on_disk)) AS bytes, count() AS parts FROM system.parts WHERE table = 'events' AND active",
  {},
)
console.log(
  `${size!.rows.toLocaleString('en')} events in ${size!.parts} parts, ${(size!.bytes / size!.rows).toFixed(1)} bytes each` +
    (filled < EVENTS
      ? `, made and inserted at ${Math.round((EVENTS - filled) / fillSeconds / 1000)},000 a second`
      : ''),
)

const [busiest] = await clickhouse.query<{ builder: string; implementation: string; project: string }>(
  `SELECT builder_id AS builder, implementation_id AS implementation, any(project_id) AS project
   FROM events GROUP BY builder, implementation ORDER BY count() DESC LIMIT 1`,
  {},
)
const { builder, implementation } = busiest!
const one: Tenant = { whose: 'implementations', builderIds: [builder], implementationIds: [implementation] }
const all: Tenant = { whose: 'builder', builderId: builder }
const daily = { from, to, interval: 'day', timezone: 'Europe/Amsterdam' } as const
const hourly = { ...daily, interval: 'hour', timezone: 'Asia/Kolkata' } as const
const handles = { clickhouse }
const inBuilder = 'builder_id = {builder: String}'
const inOne = `${inBuilder} AND implementation_id = {implementation: String}`

const questions: [name: string, rows: string, ask: () => Promise<unknown>][] = [
  ['an implementation, 30 days by day', inOne, () => countUsage(handles, one, daily)],
  ['an implementation, 30 days by hour', inOne, () => countUsage(handles, one, hourly)],
  ['an implementation, latest events', inOne, () => listRecentEvents(handles, one, daily, 20)],
  ['a builder, 30 days by day', inBuilder, () => countUsage(handles, all, daily)],
  ["a builder's implementations by use", inBuilder, () => countByImplementation(handles, all, daily, 20)],
  ['the platform, 30 days by day', '1', () => countUsage(handles, { whose: 'platform' }, daily)],
  [
    "the platform's implementations by use",
    '1',
    () => countByImplementation(handles, { whose: 'platform' }, daily, 10),
  ],
]
console.log(
  '\n| question | rows | p50 ms | p95 ms | bare count() p50 ms | ratio |\n|---|---|---|---|---|---|',
)
for (const [name, where, ask] of questions) {
  const runs = where === '1' ? 3 : RUNS
  const [counted] = await clickhouse.query<{ rows: number }>(
    `SELECT count() AS rows FROM events WHERE ${where}`,
    { builder, implementation },
  )
  const bare = await time(runs, () =>
    clickhouse.query(`SELECT count(), uniqExact(session_id) FROM events WHERE ${where} AND NOT preview`, {
      builder,
      implementation,
    }),
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

/** Realistic events, made by the engine itself: ids are UUIDv7 of the event's time. */
function insertSql(count: number, offset: number): string {
  const idOf = (time: string, a: string, b: string) =>
    `toUUID(concat(substring(lower(hex(toUInt64(${time}))), 1, 8), '-', substring(lower(hex(toUInt64(${time}))), 9, 4),
      '-7', substring(lower(hex(${a})), 1, 3), '-a', substring(lower(hex(${a})), 4, 3), '-', substring(lower(hex(${b})), 1, 12)))`
  const text = (prefix: string, hash: string) =>
    `concat('${prefix}_', substring(lower(hex(${hash})), 1, 16), 'abcde')`
  return `INSERT INTO events SETTINGS async_insert = 0, insert_deduplication_token = 'bench:${offset}'
    WITH number + ${offset} AS n, intDiv(n, 7) AS session, n % 7 AS k, cityHash64(session, 1) AS h,
      toUInt32(least(pow((h % 1000003) / 1000003, 2) * 20000, 19999)) AS impl, impl % 200 AS b,
      ${from} + cityHash64(session, 2) % ${30 * DAY_MS - 200_000} + k * (3000 + cityHash64(n, 3) % 20000) AS time,
      cityHash64(n, 4) AS r1, cityHash64(n, 5) AS r2, n % 97 = 0 AND k > 0 AS failed
    SELECT
      ${text('us', 'cityHash64(b, 1)')} AS builder_id, ${text('pr', 'cityHash64(b, impl % 5)')} AS project_id,
      ${text('im', 'cityHash64(impl, 7)')} AS implementation_id, ${text('us', 'cityHash64(impl, 8)')} AS end_user_id,
      ${idOf('time', 'r1', 'r2')} AS id,
      multiIf(k = 0, 'load', failed, 'error', 'interaction') AS event_type,
      multiIf(k = 0, '', failed, 'TypeError', ['vote', 'open', 'close', 'scroll', 'submit'][1 + r1 % 5]) AS event_name,
      multiIf(k = 0, concat('{"responseMs":', toString(20 + r1 % 300), ',"readyMs":', toString(80 + r2 % 900), '}'),
        failed, '{"message":"Cannot read properties of undefined","stack":"TypeError at a (bundle.js:1:2345)","version":"1.0.0"}',
        concat('{"answer":"', ['Coffee', 'Tea', 'Water'][1 + r2 % 3], '","index":', toString(r1 % 12), '}')) AS event_data,
      fromUnixTimestamp64Milli(toInt64(time)) AS created_at,
      concat('se_', substring(lower(hex(cityHash64(session, 9))), 1, 16)) AS session_id,
      cityHash64(session, 10) AS visitor, ['1.0.0', '1.1.0', '2.0.0'][1 + impl % 3] AS version,
      ['Chrome', 'Safari', 'Firefox', 'Edge'][1 + h % 4] AS browser,
      ['Windows', 'iOS', 'Android', 'macOS', 'Linux'][1 + h % 5] AS os,
      ['desktop', 'mobile', 'tablet'][1 + h % 3] AS device,
      ['NL', 'DE', 'US', 'FR', 'GB', 'IN', 'BR'][1 + h % 7] AS country, h % 50 = 0 AS bot, false AS preview
    FROM numbers(${count})`
}
