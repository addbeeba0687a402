import type { Kind } from './ingest-server'
import { median, startServer, whole, type BenchServer, type Measure } from './start-server'

/**
 * `npm run bench:ingest`: what accepting costs, as requests per second of the server's CPU, against a bare node:http
 * server in the same run. Rounds are interleaved and the median round counts; the load generator shares the machine.
 */
const ROUNDS = Number(process.argv[2] ?? 3)
const SECONDS = Number(process.argv[3] ?? 6)

const kinds: Kind[] = ['bare', 'hono', 'unspooled', 'held', 'oriel']
const measures = new Map<string, Measure[]>()
let sent = 0
const servers = new Map<Kind, BenchServer>()
for (const kind of kinds) servers.set(kind, await startServer(kind))
for (const kind of kinds)
  await servers
    .get(kind)!
    .measure({ seconds: 2, eventsPerBatch: 1 })
    .then((warm) => kind === 'oriel' && (sent += warm.acceptedEvents))
for (let round = 0; round < ROUNDS; round++)
  for (const eventsPerBatch of [1, 20])
    for (const kind of kinds) {
      if (eventsPerBatch > 1 && kind === 'hono') continue
      const measure = await servers.get(kind)!.measure({ seconds: SECONDS, eventsPerBatch })
      if (Object.keys(measure.refused).length > 0)
        throw new Error(`${kind} refused: ${JSON.stringify(measure.refused)}`)
      if (kind === 'oriel') {
        sent += measure.acceptedEvents
        await servers.get(kind)!.count()
      }
      const key = `${kind} ${eventsPerBatch}`
      measures.set(key, [...(measures.get(key) ?? []), measure])
    }
const { stored, memory } = await servers.get('oriel')!.count()
for (const server of servers.values()) await server.stop()

const base = median(measures.get('bare 1')!.map((one) => one.perCpuSecond))
console.log(
  '\n| server | events a request | requests/s | per server CPU second | ratio to bare | p50 ms | p99 ms |',
)
console.log('|---|---|---|---|---|---|---|')
for (const [key, rounds] of measures) {
  const [kind, events] = key.split(' ')
  const perCpuSecond = median(rounds.map((one) => one.perCpuSecond))
  const row = [
    kind,
    events,
    whole(median(rounds.map((one) => one.perSecond))),
    events === '1'
      ? whole(perCpuSecond)
      : `${whole(perCpuSecond)} = ${whole(perCpuSecond * Number(events))} events`,
    events === '1' ? (perCpuSecond / base).toFixed(2) : '',
    median(rounds.map((one) => one.p50)).toFixed(2),
    median(rounds.map((one) => one.p99)).toFixed(2),
  ]
  console.log(`| ${row.join(' | ')} |`)
}
console.log(
  `\nacknowledged ${whole(sent)}, in ClickHouse ${whole(stored)}${sent === stored ? ': equal' : ': NOT EQUAL'}; server memory ${whole(memory.resident / 1e6)} MB`,
)
if (sent !== stored) process.exit(1)
