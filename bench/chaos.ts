import { runChaos } from '../test/chaos'

/** `npm run chaos [kills] [events]`: the long form of what `test/chaos.test.ts` does, with a table at the end. */
const [kills = 100, events = 1_000_000] = process.argv.slice(2).map(Number)
const began = performance.now()
const result = await runChaos({ kills, events, clients: 12, log: (line) => console.log(line) })
const seconds = Math.round((performance.now() - began) / 1000)

const rows: [string, number][] = [
  ['servers killed with `kill -9`', result.kills],
  ['ClickHouse outages (away, slow, or taking inserts without answering)', result.outages],
  ['full disks', result.fullDisks],
  ['jumps of a server’s clock, up to 4 minutes', result.clockJumps],
  ['events acknowledged', result.acknowledged],
  ['batches refused with 503', result.refused],
  ['batches sent again because no answer came', result.retried],
  ['batches sent again although acknowledged', result.repeated],
  ['acknowledged events lost', result.lost],
  ['events counted twice', result.doubled],
  ['events counted that nobody acknowledged', result.unacknowledged],
  ['loads in the usage report', result.reported],
  ['loads in the sealed hours', result.sealed],
  ['sealed or rolled up counts that differ from the events', result.mismatches],
  ['events in receipts that the outcomes do not know', result.unaccounted],
]
console.log(`\n| after ${seconds} s | |\n|---|---|`)
for (const [what, count] of rows) console.log(`| ${what} | ${count.toLocaleString('en')} |`)
const { lost, doubled, unacknowledged, unaccounted, mismatches, reported, sealed, acknowledged } = result
const isWrong = lost + doubled + unacknowledged + unaccounted + mismatches > 0
if (isWrong || reported !== acknowledged || sealed !== acknowledged) process.exit(1)
