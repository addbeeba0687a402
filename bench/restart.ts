import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Login, Success, Usage } from '../schema/wire/api'
import { spawnOriel, type OrielProcess } from '../test/oriel-process'

/**
 * `npm run bench:restart directory`: how long the built server takes from being started to `ready`: the first time, in
 * a directory that has been used before, and with the events of a directory that `npm run bench:store` has filled; and
 * from there to its first report, which is about everything. The filled directory is borrowed by hard links and stays as
 * it is.
 */
const filled = process.argv[2] && resolve(process.argv[2])
if (!filled) throw new Error('Give the directory that `npm run bench:store` has filled.')
const RUNS = 5
const ADMIN = { email: 'admin@bench.test', password: 'a long password for the bench' }

const parent = dirname(filled)
const directories: string[] = []
try {
  const first: number[] = []
  for (let run = 0; run < RUNS; run++) {
    directories.push(await mkdtemp(join(parent, 'restart-')))
    first.push((await start(directories[run]!)).readyMs)
  }
  const directory = directories[0]!
  const again = await startAgain(directory)
  await rm(join(directory, 'clickhouse'), { recursive: true })
  await promisify(execFile)('cp', ['-al', filled, join(directory, 'clickhouse')])
  // Brings it up to date and finds out what the first of the others would have to.
  await start(directory)
  const full = await startAgain(directory)
  console.log('| start | events | ready, ms | first report after that, ms |\n|---|---|---|---|')
  console.log(`| the first | 0 | ${describe(first)} | |`)
  console.log(`| again | ${again.events} | ${describe(again.ready)} | ${describe(again.report)} |`)
  console.log(`| again | ${full.events} | ${describe(full.ready)} | ${describe(full.report)} |`)
} finally {
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
}

/** Starts a server, lets `use` it, and ends it. */
async function start(directory: string, use: (oriel: OrielProcess) => Promise<void> = async () => {}) {
  const began = performance.now()
  const oriel = await spawnOriel(directory, { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password })
  await Promise.race([
    oriel.ready,
    oriel.exited.then((code) => {
      throw new Error(`The server ended with ${code}: ${oriel.output()}`)
    }),
  ])
  const readyMs = performance.now() - began
  try {
    await use(oriel)
  } finally {
    oriel.child.kill('SIGTERM')
    await oriel.exited
  }
  return { readyMs }
}

async function startAgain(directory: string) {
  const [ready, report]: [number[], number[]] = [[], []]
  let events = ''
  let accessToken = ''
  await start(directory, async ({ url }) => {
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers,
      body: JSON.stringify(ADMIN),
    })
    accessToken = ((await response.json()) as Success<Login>).data.accessToken
  })
  for (let run = 0; run < RUNS; run++) {
    const { readyMs } = await start(directory, async ({ url }) => {
      const began = performance.now()
      const from = Date.now() - 60 * 86_400_000
      const response = await fetch(`${url}/api/analytics/series?from=${from}&interval=day`, {
        headers: { Authorization: `Bearer ${accessToken}` },
      })
      const { totals } = ((await response.json()) as Success<Usage>).data
      report.push(performance.now() - began)
      events = (totals.loads + totals.interactions + totals.errors).toLocaleString('en')
    })
    ready.push(readyMs)
  }
  return { ready, report, events }
}

/** The median, and the longest beside it. */
function describe(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  return `${sorted[sorted.length >> 1]!.toFixed(0)} (at most ${sorted.at(-1)!.toFixed(0)})`
}
