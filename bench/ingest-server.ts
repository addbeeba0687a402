import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { createApp } from '../ingest-api/src/app'
import { readConfig } from '../ingest-api/src/config'
import type { Handles } from '../ingest-api/src/handles'
import { signSessionToken } from '../ingest-api/src/ingest/session-token'
import { createLog } from '../ingest-api/src/log'
import { openNode } from '../ingest-api/src/open-node'
import { OrielServer } from '../ingest-api/src/serve'
import { openDiskSpool } from '../ingest-api/src/spool/disk-spool'

/**
 * One server of the comparison in a process of its own: `bare` and `hono` read nothing and answer 202; `unspooled` is
 * ours without the disk; `held` is ours while ClickHouse is away, so that only accepting is measured; `oriel` is all;
 * `limited` is all with the limit of an implementation that is the default.
 */
export type Kind = 'bare' | 'hono' | 'unspooled' | 'held' | 'oriel' | 'limited'

/** What a server says once it listens. The tokens are of two builders' implementations. */
export type Ready = { port: number; token: string; quietToken: string }

/** Ages of the newest stored event in ms, looked at every `EVERY_MS` while events kept coming. */
export type Freshness = { p50: number; p99: number; samples: number; most: Memory }
/** In bytes: all that is resident, and what of it is the process's own and not a file's that could be read again. */
export type Memory = { resident: number; own: number }
const EVERY_MS = 50

const RECEIPT = '{"accepted":1,"duplicates":0,"rejected":[]}'
const kind = process.argv[2] as Kind
const directory = await mkdtemp(join(tmpdir(), 'oriel-bench-'))
const log = createLog('error', (line) => process.stderr.write(`${line}\n`))

async function open(): Promise<{
  server: Server
  token: string
  quietToken: string
  stored: () => Promise<number>
  /** The time of the newest stored event of the first token after another, epoch ms; 0 when there is none. */
  newest: (after: number) => Promise<number>
  close: () => Promise<void>
}> {
  const nothing = {
    token: 'x'.repeat(420),
    quietToken: '',
    stored: async () => 0,
    newest: async () => 0,
    close: async () => {},
  }
  if (kind === 'bare')
    return {
      ...nothing,
      server: createServer((request, response) => {
        request
          .resume()
          .on('end', () => response.writeHead(202, { 'content-type': 'application/json' }).end(RECEIPT))
      }),
    }
  if (kind === 'hono') {
    const app = new Hono().post('/v1/events', (c) =>
      c.body(RECEIPT, 202, { 'content-type': 'application/json' }),
    )
    return { ...nothing, server: createAdaptorServer({ fetch: app.fetch }) as Server }
  }
  const config = readConfig({
    ORIEL_DATA_DIR: directory,
    ORIEL_DEMO: '0',
    // One session is the whole load here.
    ORIEL_SESSION_EVENTS_PER_MINUTE: '1000000000',
    ...(kind !== 'limited' && { ORIEL_IMPLEMENTATION_EVENTS_PER_MINUTE: '1000000000' }),
  })
  const node = await openNode(config, process.cwd(), log)
  const claims = {
    im: 'im_bench',
    pr: 'pr_bench',
    bu: 'us_bench',
    eu: 'us_owner',
    ver: '1.0.0',
    sid: 'se_bench',
  }
  const quiet = { ...claims, im: 'im_quiet', bu: 'us_quiet', sid: 'se_quiet' }
  const [token, quietToken] = await Promise.all(
    [claims, quiet].map((one) => signSessionToken(node.keys.session, one, Date.now())),
  )
  const spool =
    kind === 'oriel' || kind === 'limited'
      ? node.spool
      : await openDiskSpool({
          directory: join(directory, 'held'),
          maxBytes: Infinity,
          clickhouse: { insert: () => Promise.reject(new Error('away')) },
          log: createLog('error', () => {}),
          now: Date.now,
        })
  const handles: Handles = {
    ...node,
    spool: kind === 'unspooled' ? { ...spool, append: async () => 0 } : spool,
  }
  return {
    server: new OrielServer(handles, createApp(handles).fetch),
    token: token!,
    quietToken: quietToken!,
    async newest(after) {
      const [row] = await node.clickhouse.query<{ at: number }>(
        `SELECT toFloat64(toUnixTimestamp64Milli(max(created_at))) AS at FROM events
         WHERE builder_id = {bu: String} AND implementation_id = {im: String}
           AND created_at > fromUnixTimestamp64Milli({after: Int64})`,
        { bu: claims.bu, im: claims.im, after },
      )
      return row!.at
    },
    async stored() {
      while (node.spool.depth().events > 0) await new Promise((resolve) => setTimeout(resolve, 20))
      const [row] = await node.clickhouse.query<{ total: number }>(
        'SELECT count() AS total FROM events FINAL',
        {},
      )
      return row!.total
    },
    close: () => node.close(),
  }
}

const { server, token, quietToken, stored, newest, close } = await open()
await once(server.listen(0, '127.0.0.1'), 'listening')
const ready: Ready = { port: (server.address() as AddressInfo).port, token, quietToken }
process.send!(ready)

function readMemory(): Memory {
  const status = readFileSync('/proc/self/status', 'utf8')
  const read = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)![1]) * 1024
  return { resident: read('VmRSS'), own: read('RssAnon') }
}

let watching: { ages: number[]; most: Memory } | undefined
async function watch() {
  const mine = (watching = { ages: [], most: readMemory() } as NonNullable<typeof watching>)
  let latest = Date.now() - 1_000
  while (watching === mine) {
    const asked = Date.now()
    latest = Math.max(latest, await newest(latest))
    mine.ages.push(asked - latest)
    const memory = readMemory()
    mine.most = {
      resident: Math.max(mine.most.resident, memory.resident),
      own: Math.max(mine.most.own, memory.own),
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
}

function endWatch(): Freshness {
  const { ages, most } = watching!
  watching = undefined
  ages.sort((a, b) => a - b)
  const at = (share: number) => ages[Math.min(ages.length - 1, Math.floor(ages.length * share))] ?? NaN
  return { p50: at(0.5), p99: at(0.99), samples: ages.length, most }
}

process.on('message', async (message) => {
  if (message === 'count') process.send!({ stored: await stored(), memory: readMemory() })
  if (message === 'watch') void watch()
  if (message === 'watched') process.send!(endWatch())
  if (message === 'stop') {
    server.closeAllConnections()
    await close()
    await rm(directory, { recursive: true, force: true })
    process.exit(0)
  }
})
