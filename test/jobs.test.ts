import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openEmbeddedClickHouse } from '../ingest-api/src/embedded/clickhouse'
import type { EndUserDashboard, Login } from '../schema/wire/api'
import type { Job } from '../schema/wire/job'
import { makeDataDir, startOriel, type OrielProcess } from './oriel-process'

const EVENTS = 400_000

async function call<Data>(
  { url, output }: OrielProcess,
  method: string,
  path: string,
  as?: Login,
  body?: object,
) {
  const answer = await fetch(url + path, {
    method,
    headers: as ? { authorization: `Bearer ${as.accessToken}` } : {},
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}\n${output()}`)
  return ((await answer.json()) as { data: Data }).data
}

const signIn = (oriel: OrielProcess) =>
  call<Login>(oriel, 'POST', '/api/auth/login', undefined, {
    email: 'owner@demo.oriel',
    password: 'demo-owner',
  })

/** A server with its demo, and many events of the demo's site. */
async function fill(dataDir: string) {
  const oriel = await startOriel(dataDir, { ORIEL_DEMO: '1' })
  const owner = await signIn(oriel)
  const { widgets } = await call<EndUserDashboard>(oriel, 'GET', '/api/end-users/me/dashboard', owner)
  oriel.child.kill('SIGTERM')
  await oriel.exited
  const { id, builderId, endUserId } = widgets[0]!
  const clickhouse = await openEmbeddedClickHouse(join(dataDir, 'clickhouse'))
  await clickhouse.command(
    `INSERT INTO events (builder_id, project_id, implementation_id, end_user_id, id, event_type, event_data, created_at, session_id)
     SELECT {builderId: String}, 'pr_1', {id: String}, {endUserId: String}, generateUUIDv7(), 'interaction',
       '{"answer":"Tea"}', now64(3) - number / 100, 'se_' || toString(number % 1000) FROM numbers({events: UInt32})`,
    { id, builderId, endUserId, events: EVENTS },
  )
  await clickhouse.close()
}

test(
  'an export that is killed in the middle is carried on by the next process',
  { timeout: 120_000 },
  async () => {
    const dataDir = await makeDataDir()
    await fill(dataDir)
    const first = await startOriel(dataDir, { ORIEL_DEMO: '1' })
    const asked = await call<Job>(first, 'POST', '/api/auth/export', await signIn(first))
    const owner = await signIn(first)
    const look = (oriel: OrielProcess, as: Login) => call<Job>(oriel, 'GET', `/api/jobs/${asked.id}`, as)
    await expect
      .poll(async () => (await look(first, owner)).rows, { timeout: 20_000, interval: 20 })
      .toBeGreaterThan(20_000)
    first.child.kill('SIGKILL')
    await first.exited
    const second = await startOriel(dataDir, { ORIEL_DEMO: '1' })
    try {
      const again = await signIn(second)
      const cut = await look(second, again)
      expect(cut).toMatchObject({ status: 'running', steps: { done: 0 }, file: null })
      expect(cut.rows).toBeLessThan(EVENTS)
      await expect
        .poll(() => look(second, again), { timeout: 60_000, interval: 500 })
        .toMatchObject({ status: 'waiting', steps: { done: 1 } })
      const done = await look(second, again)
      expect(done.rows).toBeGreaterThan(EVENTS)
      const file = await fetch(`${second.url}/api/jobs/${asked.id}/file`, {
        headers: { authorization: `Bearer ${again.accessToken}` },
      })
      expect((await file.arrayBuffer()).byteLength).toBe(done.file!.bytes)
    } finally {
      second.child.kill('SIGTERM')
      await second.exited
      await rm(dataDir, { recursive: true, force: true })
    }
  },
)
