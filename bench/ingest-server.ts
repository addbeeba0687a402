import { once } from 'node:events'
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
 * ours without the disk; `held` is ours while ClickHouse is away, so that only accepting is measured; `oriel` is all.
 */
export type Kind = 'bare' | 'hono' | 'unspooled' | 'held' | 'oriel'

const RECEIPT = '{"accepted":1,"duplicates":0,"rejected":[]}'
const kind = process.argv[2] as Kind
const directory = await mkdtemp(join(tmpdir(), 'oriel-bench-'))
const log = createLog('error', (line) => process.stderr.write(`${line}\n`))

async function open(): Promise<{
  server: Server
  token: string
  stored: () => Promise<number>
  close: () => Promise<void>
}> {
  const nothing = { token: 'x'.repeat(420), stored: async () => 0, close: async () => {} }
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
    ORIEL_IMPLEMENTATION_EVENTS_PER_MINUTE: '1000000000',
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
  const token = await signSessionToken(node.keys.session, claims, Date.now())
  const spool =
    kind === 'oriel'
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
    token,
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

const { server, token, stored, close } = await open()
await once(server.listen(0, '127.0.0.1'), 'listening')
process.send!({ port: (server.address() as AddressInfo).port, token })
process.on('message', async (message) => {
  if (message === 'count') process.send!({ stored: await stored(), rss: process.memoryUsage().rss })
  if (message === 'stop') {
    server.closeAllConnections()
    await close()
    await rm(directory, { recursive: true, force: true })
    process.exit(0)
  }
})
