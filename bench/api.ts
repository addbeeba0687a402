import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { count } from 'drizzle-orm'
import { createCaches } from '../ingest-api/src/cache'
import { readConfig } from '../ingest-api/src/config'
import { createLog } from '../ingest-api/src/log'
import { openNode, type NodeHandles } from '../ingest-api/src/open-node'
import { users } from '../schema/tables/users'
import { freePortPair } from '../test/oriel-process'
import { fill } from './api/fill'
import { Load } from './api/load'
import { IMPLEMENTATIONS } from './api/platform'
import { OTHER_RANGE, READS, type Read } from './api/reads'
import { signIn } from './api/sign-in'
import { tell } from './api/tell'
import { processorMs } from './processor-time'

/**
 * `npm run bench:api [requests a second] [events] [seconds] [directory]`: what people with open dashboards ask, at a
 * fixed rate of arrivals whatever the answers do, so that waiting counts: a request's time runs from when it should have
 * been sent. 1,000 implementations of 50 builders and 200 site owners, 30 days of events. Three times: when everybody
 * asks for the first time, after five seconds of asking for another range; then, while nothing happens; and while 200
 * visitors a second act, all over the implementations. The server is the built one in a process of its own on this
 * machine, with both engines; the load comes from here. The baseline is the same read by the same code with nothing
 * kept, one at a time and alone. Processor time tells what a busy machine hides. A directory is filled once and asked
 * again.
 */
const RATE = Number(process.argv[2] ?? 500)
const EVENTS = Number(process.argv[3] ?? 10_000_000)
const SECONDS = Number(process.argv[4] ?? 20)
const WARM_SECONDS = 5
/** While visitors act. */
const EVENTS_A_SECOND = 200
const ALONE_RUNS = 100

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

const node = await openNode(readConfig(environment), process.cwd(), log)
const [filled] = await node.db.select({ people: count() }).from(users)
if (filled!.people === 0) await fill(node, EVENTS)
const load = new Load(port, await signIn(node))
const alone = await measureAlone({ ...node, caches: createCaches(true, 0) })
await node.close()

const server = spawn(process.execPath, ['ingest-api/dist/node.js'], {
  env: { PATH: process.env.PATH, ...environment },
  stdio: ['ignore', 'pipe', 'inherit'],
})
await new Promise<void>((resolve) =>
  server.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('ready ') && resolve()),
)
try {
  console.log(
    `${RATE} requests a second for ${SECONDS} s each, ${EVENTS.toLocaleString('en')} events, ${IMPLEMENTATIONS} implementations, ${cpus().length} cores`,
  )
  await load.ask(RATE, WARM_SECONDS, OTHER_RANGE)
  await measure('everybody for the first time')
  await measure('while nothing happens')
  const before = await load.countAll()
  const visitors = load.act(EVENTS_A_SECOND)
  await measure(`with ${EVENTS_A_SECOND} events a second`)
  const sent = await visitors.stop()
  await checkStored(before + sent)
} finally {
  load.close()
  server.kill('SIGTERM')
  await once(server, 'exit')
  if (!process.argv[5]) await rm(directory, { recursive: true, force: true })
}

/** The times of each read, one at a time. */
async function measureAlone(handles: NodeHandles): Promise<Map<Read, number[]>> {
  const alone = new Map<Read, number[]>()
  for (const read of READS) {
    for (let n = 0; n < ALONE_RUNS / 5; n++) await read.alone(handles, n)
    const times: number[] = []
    for (let n = 0; n < ALONE_RUNS; n++) {
      const began = performance.now()
      await read.alone(handles, n)
      times.push(performance.now() - began)
    }
    alone.set(read, times)
  }
  return alone
}

async function measure(name: string) {
  const spent = () => ({ server: processorMs(server.pid!), load: process.cpuUsage() })
  const before = spent()
  const began = performance.now()
  const results = await load.ask(RATE, SECONDS)
  const [after, seconds] = [spent(), (performance.now() - began) / 1000]
  console.log(`\n${name}:\n`)
  tell(results, alone)
  const loadMs = (after.load.user + after.load.system - before.load.user - before.load.system) / 1000
  const perRequest = (ms: number) => (ms / results.length).toFixed(2)
  console.log(
    `processor time a request: Node with ClickHouse ${perRequest(after.server.own - before.server.own)} ms, PostgreSQL ${perRequest(after.server.children - before.server.children)} ms, this load ${perRequest(loadMs)} ms; it took ${seconds.toFixed(1)} s`,
  )
}

async function checkStored(expected: number) {
  const until = Date.now() + 3_000
  let found = await load.countAll()
  while (found !== expected && Date.now() < until) found = await load.countAll()
  console.log(`\nevents in the overviews: ${found.toLocaleString('en')} of ${expected.toLocaleString('en')}`)
  if (found !== expected) process.exitCode = 1
}
