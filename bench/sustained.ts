import { median, startServer, whole } from './start-server'

/**
 * `npm run bench:sustained [seconds] [events a second]`: everything at once for a while. Events are accepted, drained
 * and stored as they come, at a fixed rate, and the age of the newest stored one is looked at all the time. Then one
 * tenant brings more than it may while another sends a little, whose answers must not wait for it. Memory that is the
 * process's own is told from what is resident of the engine's code, which is a file's.
 */
const SECONDS = Number(process.argv[2] ?? 60)
const EVENTS_PER_SECOND = Number(process.argv[3] ?? 42_000)
const EVENTS_PER_BATCH = 20
/** Far more than one implementation may bring by default; the rest is answered with 429. */
const HOT_EVENTS_PER_SECOND = 20_000
const QUIET_REQUESTS_PER_SECOND = 200
const ROUNDS = 5

const server = await startServer('oriel')
await server.measure({ seconds: 3, eventsPerBatch: EVENTS_PER_BATCH, rate: 500 })
const { stored: before, memory: atStart } = await server.count()

server.watchFreshness()
const began = performance.now()
const load = await server.measure({
  seconds: SECONDS,
  eventsPerBatch: EVENTS_PER_BATCH,
  rate: EVENTS_PER_SECOND / EVENTS_PER_BATCH,
})
const freshness = await server.readFreshness()
const { stored, memory: atEnd } = await server.count()
const seconds = (performance.now() - began) / 1000
const isEqual = stored - before === load.acceptedEvents

console.log('| sustained | |\n|---|---|')
const rows: [string, string][] = [
  ['seconds', whole(load.seconds)],
  ['acknowledged events a second', whole(load.acceptedEvents / load.seconds)],
  [
    'acknowledged, drained and visible events a second, the last one included',
    whole(load.acceptedEvents / seconds),
  ],
  ['events per server CPU second, ClickHouse included', whole(load.perCpuSecond * EVENTS_PER_BATCH)],
  ['acknowledgement p50 / p99 ms', `${load.p50.toFixed(1)} / ${load.p99.toFixed(1)}`],
  ['age of the newest visible event p50 / p99 ms', `${whole(freshness.p50)} / ${whole(freshness.p99)}`],
  ...(['resident', 'own'] as const).map((kind): [string, string] => [
    `${kind} memory at the start / most / at the end, MB`,
    [atStart, freshness.most, atEnd].map((memory) => whole(memory[kind] / 1e6)).join(' / '),
  ]),
  ['refused', JSON.stringify(load.refused)],
  [
    'acknowledged = in ClickHouse',
    isEqual ? 'equal' : `NOT EQUAL: ${load.acceptedEvents} and ${stored - before}`,
  ],
]
for (const row of rows) console.log(`| ${row.join(' | ')} |`)

await server.stop()
if (!isEqual) process.exit(1)

const limited = await startServer('limited')
const alone: number[] = []
const beside: number[] = []
const quiet = { seconds: 6, eventsPerBatch: 1, rate: QUIET_REQUESTS_PER_SECOND }
let taken = 0
for (let round = 0; round < ROUNDS; round++) {
  alone.push((await limited.measure(quiet, 'quiet')).p99)
  const hot = limited.measure({
    seconds: 7,
    eventsPerBatch: EVENTS_PER_BATCH,
    rate: HOT_EVENTS_PER_SECOND / EVENTS_PER_BATCH,
  })
  beside.push((await limited.measure(quiet, 'quiet')).p99)
  taken += (await hot).acceptedEvents
}
await limited.stop()
console.log(
  `\nA quiet tenant's p99: alone ${median(alone).toFixed(2)} ms, beside one that brings ${whole(HOT_EVENTS_PER_SECOND)} events a second, of which ${whole(taken / (7 * ROUNDS))} are taken, ${median(beside).toFixed(2)} ms (${((median(beside) / median(alone) - 1) * 100).toFixed(0)} %), medians of ${ROUNDS} rounds`,
)
