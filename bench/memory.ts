import { fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { makeMemoryGroup, type MemoryGroup } from './memory-group'
import { SERVER, startServer, whole } from './start-server'

/**
 * `npm run bench:memory [seconds] [events a second] [MB]`: the ingesting server, which is one process with the embedded
 * ClickHouse, and its PostgreSQL, in a control group of so much memory without swap, as a container would have it. The
 * engine's code and the pages of all files that they read and write count. The same load without a limit stands beside
 * it: what is resident then, and what the limit costs. Where no such group can be made (it takes root and control
 * groups), only that is looked at.
 */
const SECONDS = Number(process.argv[2] ?? 60)
const EVENTS_PER_SECOND = Number(process.argv[3] ?? 40_000)
const LIMIT_BYTES = Number(process.argv[4] ?? 450) * 1e6
const FREE_SECONDS = Math.min(SECONDS, 60)
const EVENTS_PER_BATCH = 20
const EVERY_MS = 250
const MINUTE_MS = 60_000
/** As `npm start` has it; in little memory Node would choose 1 MB, and spend half as much processor time again. */
const FLAGS = ['--max-semi-space-size=16']

type Look = { at: number; resident: number; own: number; group: { all: number; own: number } }

async function run(seconds: number, group?: MemoryGroup) {
  const server = await startServer('oriel', () =>
    group ? group.start(...FLAGS, SERVER, 'oriel') : fork(SERVER, ['oriel'], { execArgv: FLAGS }),
  )
  const looks: Look[] = []
  const look = async () => {
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
    const read = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)![1]) * 1024
    looks.push({
      at: performance.now(),
      resident: read('VmRSS'),
      own: read('RssAnon'),
      group: group?.look() ?? { all: NaN, own: NaN },
    })
  }
  const timer = setInterval(() => void look(), EVERY_MS)
  const load = await server.measure({
    seconds,
    eventsPerBatch: EVENTS_PER_BATCH,
    rate: EVENTS_PER_SECOND / EVENTS_PER_BATCH,
  })
  clearInterval(timer)
  const { stored } = await server.count()
  const kills = group?.kills() ?? NaN
  await server.stop()

  const megabytes = (pick: (one: Look) => number, some = looks) => {
    const values = some.map(pick)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return { mean: whole(mean / 1e6), most: whole(Math.max(...values) / 1e6) }
  }
  const meanAndMost = (pick: (one: Look) => number) =>
    isNaN(pick(looks[0]!)) ? '' : Object.values(megabytes(pick)).join(' / ')
  const minutes: string[] = []
  for (let from = looks[0]!.at; from < looks.at(-1)!.at; from += MINUTE_MS)
    minutes.push(
      megabytes(
        ({ own }) => own,
        looks.filter(({ at }) => at >= from && at < from + MINUTE_MS),
      ).mean,
    )
  return {
    isEqual: stored === load.acceptedEvents,
    rows: {
      seconds: whole(load.seconds),
      'acknowledged events a second': whole(load.acceptedEvents / load.seconds),
      'acknowledgement p50 / p99 ms': `${load.p50.toFixed(1)} / ${load.p99.toFixed(1)}`,
      'events per server CPU second, ClickHouse included': whole(load.perCpuSecond * EVENTS_PER_BATCH),
      'resident of the server, mean / most MB': meanAndMost(({ resident }) => resident),
      'of that its own, mean / most MB': meanAndMost(({ own }) => own),
      'its own minute by minute, mean MB': minutes.join(' '),
      'of the group, pages of files included, mean / most MB': meanAndMost(({ group: { all } }) => all),
      'of the group, processes’ own, mean / most MB': meanAndMost((one) => one.group.own),
      'ended by the system for want of memory': isNaN(kills) ? '' : whole(kills),
      refused: JSON.stringify(load.refused),
      'acknowledged = in ClickHouse':
        stored === load.acceptedEvents ? 'equal' : `NOT EQUAL: ${load.acceptedEvents} and ${stored}`,
    },
  }
}

const runs = [{ name: 'no limit', ...(await run(FREE_SECONDS)) }]
const group = makeMemoryGroup(LIMIT_BYTES)
if (group) {
  runs.push({ name: `${whole(LIMIT_BYTES / 1e6)} MB, no swap`, ...(await run(SECONDS, group)) })
  group.remove()
} else console.log('No control group can be made here, so nothing holds the server to a limit.\n')

console.log(
  `| memory | ${runs.map(({ name }) => name).join(' | ')} |\n|---|${runs.map(() => '---|').join('')}`,
)
for (const name of Object.keys(runs[0]!.rows) as (keyof (typeof runs)[0]['rows'])[])
  console.log(`| ${name} | ${runs.map(({ rows }) => rows[name]).join(' | ')} |`)
if (!runs.every(({ isEqual }) => isEqual)) process.exit(1)
