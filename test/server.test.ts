import { execFile } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { openEmbeddedClickHouse } from '../ingest-api/src/embedded/clickhouse'
import { openClickHouseFront } from '../ingest-api/src/embedded/clickhouse-front'
import { startPostgres } from '../ingest-api/src/embedded/postgres'
import type { EndUserDashboard, Health } from '../schema/wire/api'
import type { Receipt } from '../schema/wire/event'
import { uuidV7 } from '../schema/wire/id'
import { makeDataDir, spawnOriel, startOriel, type OrielProcess } from './oriel-process'

const running = new Set<OrielProcess>()
const folders = new Set<string>()
async function start(dataDir: string, env?: Record<string, string>) {
  const oriel = await startOriel(dataDir, env)
  running.add(oriel)
  folders.add(dataDir)
  return oriel
}
afterEach(async () => {
  for (const { child, exited } of running) {
    child.kill('SIGTERM')
    await exited
  }
  running.clear()
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
  folders.clear()
})

const postgresPid = async (dataDir: string) =>
  Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])
const isAlive = (pid: number) =>
  promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).then(
    ({ stdout }) => !stdout.startsWith('Z'),
    () => false,
  )

/** The demo's widget, its frame's token, and its owner's view. */
async function openDemo({ url, output }: OrielProcess) {
  expect(output()).toContain('ready')
  const login = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ email: 'owner@demo.oriel', password: 'demo-owner' }),
  })
  const answer = await login.text()
  if (login.status !== 200) throw new Error(`answered ${login.status}: ${answer}\n${output()}`)
  const { accessToken } = JSON.parse(answer).data
  const dashboard = async (): Promise<EndUserDashboard> => {
    const answer = await fetch(`${url}/api/end-users/me/dashboard`, {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    return (await answer.json()).data
  }
  // The demo's own visitors are counted once their events have arrived.
  await until(async () => (await (await fetch(`${url}/health`)).json()).spool.events === 0)
  const [widget] = (await dashboard()).widgets
  const html = await (await fetch(`${url}/w/${widget!.id}`)).text()
  const { token } = JSON.parse(/id="oriel">(.*?)<\/script>/.exec(html)![1]!)
  return { token: token as string, dashboard, widget: widget! }
}

const load = () => ({ id: uuidV7(Date.now()), type: 'load', at: Date.now() })

async function send(url: string, token: string, events: object[]): Promise<Receipt> {
  const answer = await fetch(`${url}/v1/events`, {
    method: 'POST',
    body: JSON.stringify({ token, sentAt: Date.now(), events }),
  })
  if (answer.status !== 202) throw new Error(`answered ${answer.status}`)
  return answer.json()
}

const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50))
}

describe('the server', { timeout: 120_000 }, () => {
  test('starts empty, answers, and stops with exit code 0 and nothing left behind', async () => {
    const dataDir = await makeDataDir()
    const oriel = await start(dataDir)
    expect(oriel.output()).toBe(`ready ${oriel.url}\n`)
    const health = await fetch(`${oriel.url}/health`)
    expect(health.status).toBe(200)
    expect(((await health.json()) as Health).status).toBe('ok')
    const postgres = await postgresPid(dataDir)
    oriel.child.kill('SIGTERM')
    expect(await oriel.exited).toBe(0)
    expect(await isAlive(postgres)).toBe(false)
  })

  test('refuses a data directory that another one is using, in one sentence', async () => {
    const dataDir = await makeDataDir()
    const first = await start(dataDir)
    const second = await start(dataDir)
    expect(await second.exited).toBe(1)
    expect(second.output()).toBe(
      `Oriel cannot start: Another Oriel (process ${first.child.pid}) is using the data directory ${dataDir}.\n`,
    )
    expect((await fetch(`${first.url}/health`)).status).toBe(200)
  })

  test('runs on servers of others, named by DATABASE_URL and CLICKHOUSE_URL', async () => {
    const [elsewhere, dataDir] = [await makeDataDir(), await makeDataDir()]
    folders.add(elsewhere)
    const postgres = await startPostgres(join(elsewhere, 'postgres'), 'a password')
    const engine = await openEmbeddedClickHouse(join(elsewhere, 'clickhouse'))
    const front = await openClickHouseFront(engine, 'another password', 0)
    const env = { DATABASE_URL: postgres.url, CLICKHOUSE_URL: front.url, HOST: '127.0.0.1', ORIEL_DEMO: '1' }
    const unsafe = await start(dataDir, env)
    expect(await unsafe.exited).toBe(1)
    expect(unsafe.output()).toContain('AUTH_SECRET is required')
    const oriel = await start(dataDir, { ...env, AUTH_SECRET: 'a secret of at least 32 characters' })
    const { token, dashboard } = await openDemo(oriel)
    const before = (await dashboard()).usage.totals.loads
    await send(oriel.url, token, [load(), load()])
    await until(async () => (await dashboard()).usage.totals.loads === before + 2)
    oriel.child.kill('SIGTERM')
    expect(await oriel.exited).toBe(0)
    expect(await readdir(dataDir)).not.toContain('postgres')
    await front.close()
    await engine.close()
    await postgres.stop()
  })

  test('names every bad setting together', async () => {
    const oriel = await start(await makeDataDir(), {
      LOG_LEVEL: 'loud',
      CLICKHOUSE_URL: 'nowhere',
      AUTH_SECRET: 'short',
    })
    expect(await oriel.exited).toBe(1)
    for (const name of ['LOG_LEVEL', 'CLICKHOUSE_URL', 'AUTH_SECRET']) expect(oriel.output()).toContain(name)
  })

  test('says in one sentence that its port is taken, and lets go of everything', async () => {
    const first = await start(await makeDataDir())
    const dataDir = await makeDataDir()
    const second = await start(dataDir, { PORT: new URL(first.url).port })
    expect(await second.exited).toBe(1)
    expect(second.output()).toMatch(
      /^Oriel cannot start: .*address already in use.*Set PORT to another one\.\n$/,
    )
    expect((await start(dataDir)).output()).toContain('ready')
  })

  test('has every acknowledged event once after kill -9 at any moment', async () => {
    const dataDir = await makeDataDir()
    let oriel = await start(dataDir, { ORIEL_DEMO: '1' })
    const { token, dashboard } = await openDemo(oriel)
    const before = (await dashboard()).usage.totals.loads
    const acknowledged = new Set<string>()
    const unsure = new Map<string, object>()
    for (const wait of [0, 40, 150, 400]) {
      let dead = false
      const visitors = Array.from({ length: 8 }, async () => {
        while (!dead) {
          const events = Array.from({ length: 5 }, load)
          for (const event of events) unsure.set(event.id, event)
          try {
            await send(oriel.url, token, events)
            for (const { id } of events) {
              acknowledged.add(id)
              unsure.delete(id)
            }
          } catch {
            return
          }
        }
      })
      await new Promise((resolve) => setTimeout(resolve, 150 + wait))
      oriel.child.kill('SIGKILL')
      dead = true
      await Promise.all([...visitors, oriel.exited])
      running.delete(oriel)
      oriel = await start(dataDir, { ORIEL_DEMO: '1' })
      // As a browser does: what was not acknowledged is sent again, the same bytes.
      const again = [...unsure.values()]
      for (let at = 0; at < again.length; at += 50) await send(oriel.url, token, again.slice(at, at + 50))
      for (const id of unsure.keys()) acknowledged.add(id)
      unsure.clear()
    }
    const { dashboard: after } = await openDemo(oriel)
    await until(async () => (await after()).usage.totals.loads >= before + acknowledged.size)
    expect((await after()).usage.totals.loads).toBe(before + acknowledged.size)
    expect(acknowledged.size).toBeGreaterThan(100)
  })

  test('keeps taking events while PostgreSQL is dead, says so in /health, and brings it back', async () => {
    const dataDir = await makeDataDir()
    const oriel = await start(dataDir, { ORIEL_DEMO: '1' })
    const { token, widget } = await openDemo(oriel)
    await send(oriel.url, token, [load()])
    process.kill(await postgresPid(dataDir), 'SIGKILL')
    await until(async () => (await fetch(`${oriel.url}/health`)).status === 503)
    const health: Health = await (await fetch(`${oriel.url}/health`)).json()
    expect(health.status).toBe('failing')
    expect(health.checks.postgres.ok).toBe(false)
    expect(health.checks.clickhouse.ok).toBe(true)
    expect(await send(oriel.url, token, [load()])).toMatchObject({ accepted: 1 })
    await until(async () => (await fetch(`${oriel.url}/health`)).status === 200)
    expect((await openDemo(oriel)).widget.id).toBe(widget.id)
    expect(oriel.output()).toContain('PostgreSQL has ended and is started again')
    expect(oriel.output()).not.toContain('unhandled')
    oriel.child.kill('SIGTERM')
    expect(await oriel.exited).toBe(0)
  })

  test('starts after a first start that was killed in the middle', async () => {
    const dataDir = await makeDataDir()
    for (const wait of [150, 400, 700]) {
      const { child, exited } = await spawnOriel(dataDir)
      await new Promise((resolve) => setTimeout(resolve, wait))
      child.kill('SIGKILL')
      await exited
    }
    expect((await start(dataDir)).output()).toContain('ready')
  })
})
