import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openEmbeddedClickHouse } from '../ingest-api/src/embedded/clickhouse'
import { openClickHouseFront } from '../ingest-api/src/embedded/clickhouse-front'
import { startPostgres } from '../ingest-api/src/embedded/postgres'
import { compareUsage } from '../ingest-api/src/usage/compare-usage'
import { sealUsage } from '../ingest-api/src/usage/seal-usage'
import type { Receipt } from '../schema/wire/event'
import type { SessionClaims } from '../schema/wire/frame'
import { uuidV7 } from '../schema/wire/id'
import { fillDisk, JUMPING_CLOCK, pause, random, startProxy, tearTail } from './chaos-faults'
import { makeDataDir, startOriel, type OrielProcess } from './oriel-process'

/**
 * Breaks everything at once and then counts. Two servers with a spool each share one PostgreSQL and one ClickHouse;
 * clients send batches, retry what was not acknowledged, in any order and to either server, and repeat some of what
 * was. Meanwhile servers are killed with `kill -9`, torn bytes are left at the ends of their spools, their disks are
 * full for a while, their clocks jump, and ClickHouse goes away, answers slowly, or takes an insert and loses the
 * answer.
 */
export type ChaosPlan = { kills: number; clients: number; events: number; log?: (line: string) => void }

export type ChaosResult = {
  kills: number
  outages: number
  fullDisks: number
  clockJumps: number
  /** Batches answered with 503, because a disk was full. */
  refused: number
  acknowledged: number
  /** Batches sent again because no answer came, and batches sent again although one had. */
  retried: number
  repeated: number
  /** Acknowledged ids that are not in ClickHouse. */
  lost: number
  /** Rows that FINAL counts beyond the distinct ids. */
  doubled: number
  /** Stored ids that nobody acknowledged. */
  unacknowledged: number
  /** The usage report's number of loads. */
  reported: number
  /** Loads in the sealed hours that money reads, sealed once nothing could arrive any more. */
  sealed: number
  /** Quarters of an hour in which sealed hours or the platform's rollup differ from the events. */
  mismatches: number
  /** Events in receipts that the outcomes, summed over both servers, do not know of. */
  unaccounted: number
}

const DAY_MS = 24 * 60 * 60 * 1000
const SECRET = 'a secret that only chaos knows, 32 or more'

export async function runChaos({ kills, clients, events, log = () => {} }: ChaosPlan): Promise<ChaosResult> {
  const folder = await makeDataDir()
  const database = await startPostgres(join(folder, 'postgres'), 'chaos')
  const engine = await openEmbeddedClickHouse(join(folder, 'clickhouse'))
  const front = await openClickHouseFront(engine, 'chaos', 0)
  const proxy = await startProxy(Number(new URL(front.url).port))
  const clickhouseUrl = new URL(front.url)
  clickhouseUrl.port = String(proxy.port)
  const env = {
    DATABASE_URL: database.url,
    CLICKHOUSE_URL: clickhouseUrl.href,
    AUTH_SECRET: SECRET,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    // One session brings everything.
    ORIEL_SESSION_EVENTS_PER_MINUTE: '1000000000',
    ORIEL_IMPLEMENTATION_EVENTS_PER_MINUTE: '1000000000',
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(JUMPING_CLOCK)}`,
  }
  const dataDirs = [await makeDataDir(), await makeDataDir()]
  const start = (index: number, demo: boolean) =>
    startOriel(dataDirs[index]!, { ...env, ORIEL_DEMO: demo ? '1' : '0' })
  const servers: OrielProcess[] = [await start(0, true)]
  servers.push(await start(1, false))

  const { token, accessToken, loadsBefore } = await openDemo(servers[0]!)
  const outcomesBefore = await countOutcomes()
  const result: ChaosResult = {
    kills: 0,
    outages: 0,
    fullDisks: 0,
    clockJumps: 0,
    refused: 0,
    acknowledged: 0,
    retried: 0,
    repeated: 0,
    lost: 0,
    doubled: 0,
    unacknowledged: 0,
    reported: 0,
    sealed: 0,
    mismatches: 0,
    unaccounted: 0,
  }
  const acknowledged = new Set<string>()
  const done: string[][] = []
  let made = 0
  let inReceipts = 0
  let broken = true

  async function countOutcomes() {
    const [row] = await engine.query<{ events: number }>(
      'SELECT toFloat64(sum(events)) AS events FROM ingest_outcomes',
      {},
    )
    return row!.events
  }

  /** What the servers would do two days from now. */
  async function sealEverything() {
    const later = Date.now() + 3 * DAY_MS
    const handles = { clickhouse: engine, now: () => later }
    for (;;) {
      const period = await sealUsage(handles)
      if (!period) return
      const { mismatches, rollup, rawRollup } = await compareUsage(handles, period)
      result.mismatches += mismatches + Math.abs(rollup.loads - rawRollup.loads)
    }
  }

  async function countSealed() {
    const { bu, im } = claimsOf(token)
    const [row] = await engine.query<{ loads: number }>(
      `SELECT toFloat64(sum(loads)) AS loads FROM usage_quarters FINAL
       WHERE builder_id = {bu: String} AND implementation_id = {im: String} AND NOT preview`,
      { bu, im },
    )
    return row!.loads
  }

  async function client() {
    const pending: string[][] = []
    while (pending.length > 0 || made < events || broken) {
      if (made < events || broken) {
        const ids = Array.from({ length: 1 + random(20) }, () => uuidV7(Date.now()))
        made += ids.length
        pending.push(ids)
      }
      // Out of order: any of what waits may go next.
      const [ids] = pending.splice(random(pending.length), 1)
      if (await send(ids!)) {
        for (const id of ids!) acknowledged.add(id)
        done.push(ids!)
        if (random(10) === 0) {
          result.repeated++
          await send(done[random(done.length)]!)
        }
      } else {
        result.retried++
        pending.push(ids!)
        await pause(50)
      }
    }
  }

  async function send(ids: string[]): Promise<boolean> {
    const body = JSON.stringify({
      token,
      sentAt: Date.now(),
      events: ids.map((id) => ({ id, type: 'load', at: Date.now() })),
    })
    try {
      const answer = await fetch(`${servers[random(servers.length)]!.url}/v1/events`, {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(5_000),
      })
      const receipt: Receipt = await answer.json()
      if (answer.status === 503) result.refused++
      if (answer.status !== 202) return false
      inReceipts += receipt.accepted + receipt.duplicates
      return true
    } catch {
      return false
    }
  }

  async function breakThings() {
    for (; result.kills < kills; result.kills++) {
      await pause(200 + random(1_000))
      if (random(3) === 0) {
        result.outages++
        proxy.mode = (['down', 'slow', 'deaf'] as const)[random(3)]!
        void pause(300 + random(2_000)).then(() => (proxy.mode = 'well'))
      }
      if (random(3) === 0) {
        result.fullDisks++
        void fillDisk(servers[random(2)]!.child.pid!, 200 + random(800))
      }
      if (random(3) === 0 && servers[random(2)]!.child.kill('SIGUSR2')) result.clockJumps++
      await pause(random(500))
      const index = random(2)
      servers[index]!.child.kill('SIGKILL')
      await servers[index]!.exited
      if (random(2) === 0) await tearTail(join(dataDirs[index]!, 'spool'))
      // A server needs ClickHouse to start: it is there again within two seconds, and a supervisor tries again.
      do servers[index] = await start(index, false)
      while (servers[index]!.child.exitCode !== null)
      log(`kill ${result.kills + 1}: server ${index}, ${acknowledged.size} acknowledged`)
    }
    proxy.mode = 'well'
    broken = false
  }

  await Promise.all([breakThings(), ...Array.from({ length: clients }, client)])
  for (const { child } of servers) child.kill('SIGHUP')
  for (const { url } of servers)
    while ((await (await fetch(`${url}/health`)).json()).spool.bytes > 0) await pause(100)

  const sql = `SELECT toString(id) AS id FROM events FINAL WHERE event_type = 'load' AND session_id = {session: String}`
  const rows = await engine.query<{ id: string }>(sql, { session: claimsOf(token).sid })
  const distinct = new Set(rows.map(({ id }) => id))
  result.acknowledged = acknowledged.size
  result.lost = [...acknowledged].filter((id) => !distinct.has(id)).length
  result.doubled = rows.length - distinct.size
  result.unacknowledged = distinct.size - (acknowledged.size - result.lost)
  result.reported = (await countLoads(servers[1]!, accessToken)) - loadsBefore
  result.unaccounted = Math.max(0, inReceipts - ((await countOutcomes()) - outcomesBefore))

  for (const { child, exited } of servers) {
    child.kill('SIGTERM')
    await exited
  }
  await sealEverything()
  result.sealed = (await countSealed()) - loadsBefore
  proxy.close()
  await front.close()
  await engine.close()
  await database.stop()
  for (const directory of [folder, ...dataDirs]) await rm(directory, { recursive: true, force: true })
  return result
}

async function openDemo(server: OrielProcess) {
  const login = await fetch(`${server.url}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ email: 'owner@demo.oriel', password: 'demo-owner' }),
  })
  const { accessToken } = (await login.json()).data
  // The demo's own events are on their way; count only when they have arrived.
  while ((await (await fetch(`${server.url}/health`)).json()).spool.bytes > 0) await pause(50)
  const dashboard = await fetch(`${server.url}/api/end-users/me/dashboard`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  const [widget] = (await dashboard.json()).data.widgets
  const html = await (await fetch(`${server.url}/w/${widget.id}`)).text()
  const { token }: { token: string } = JSON.parse(/id="oriel">(.*?)<\/script>/.exec(html)![1]!)
  return { token, accessToken, loadsBefore: await countLoads(server, accessToken) }
}

async function countLoads({ url }: OrielProcess, accessToken: string): Promise<number> {
  const answer = await fetch(`${url}/api/end-users/me/usage`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  return (await answer.json()).data.totals.loads
}

const claimsOf = (token: string): SessionClaims =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
