import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { jobs } from '../../../schema/tables/jobs'
import type { Implementation, Login, NewApiKey } from '../../../schema/wire/api'
import type { Job } from '../../../schema/wire/job'
import type { ClickHouse } from '../clickhouse'
import { openTenantDatabase } from '../tenant-database'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'
import { visit } from '../testing-visit'
import { toCsvLine } from './csv'
import { sweepExports } from './export-file'
import { LEASE_MS, runDue } from './run-jobs'

const DAY = 24 * 60 * 60 * 1000

let handles: TestHandles
let client: ReturnType<typeof createClient>
let owner: Login
let widget: Implementation
let now: number
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())
beforeEach(async () => {
  handles.setNow((now = Date.now()))
  owner = await client.person('end_user')
  const project = await client.releasedProject(await client.person('builder'))
  widget = (await client.implement(owner, project.id, { configuration: { question: 'Wein?' } })).data
})

const ask = async (as = owner) => (await client.call<Job>('POST', '/api/auth/export', { as })).data
const look = async ({ id }: Job, as = owner) =>
  (await client.call<Job>('GET', `/api/jobs/${id}`, { as })).data
const fetchFile = ({ id }: Job, as: Login | undefined = owner) =>
  client.app.request(`/api/jobs/${id}/file`, {
    headers: as && { authorization: `Bearer ${as.accessToken}` },
  })
const open = async (job: Job) => unzip(Buffer.from(await (await fetchFile(job)).arrayBuffer()))
const filesOnDisk = () => readdir(join(handles.config.dataDir, 'exports'))

/** Events at once, without the way that visitors' take. */
const fill = (events: number) =>
  handles.clickhouse.command(
    `INSERT INTO events (builder_id, project_id, implementation_id, end_user_id, id, event_type, event_data, created_at, session_id)
     SELECT {builder: String}, 'pr_1', {id: String}, {owner: String}, generateUUIDv7(), 'interaction', '{"answer":"Tea"}',
       fromUnixTimestamp64Milli({now: Int64} - intDiv(number, 3)), 'se_1' FROM numbers({events: UInt32})`,
    { builder: widget.builderId, id: widget.id, owner: owner.user.id, now, events },
  )

describe('an export', () => {
  test('holds everything that is kept of somebody, and no secret', async () => {
    const { data: key } = await client.call<NewApiKey>('POST', '/api/auth/api-keys', {
      as: owner,
      body: { name: 'CI', scopes: ['view_usage'] },
    })
    await client.call('POST', '/api/analytics/alert-rules', {
      as: owner,
      body: { name: 'Errors', metric: 'errors', condition: 'above', threshold: 3, windowMinutes: 60 },
    })
    const visitor = await visit(handles, client, widget.id)
    await visitor.send({ name: '=1+1', data: { note: 'He said "hi",\nand left' } })
    const job = await ask()
    expect(job).toMatchObject({ kind: 'export_data', status: 'waiting', file: null })
    await runDue(handles)
    const files = await open(job)
    expect([...files.keys()]).toEqual([
      'README.txt',
      'account.json',
      'sessions.csv',
      'api-keys.json',
      'projects.json',
      'channels.json',
      'versions.csv',
      'releases.csv',
      'implementations.json',
      'revenue.csv',
      'purchases.csv',
      'alert-rules.json',
      'alerts.csv',
      'dashboards.json',
      'reports.json',
      'audit.csv',
      `events/${widget.id}.csv`,
    ])
    const read = (name: string) => JSON.parse(files.get(name)!)
    expect(read('account.json')).toMatchObject({ id: owner.user.id, email: owner.user.email })
    expect(read('implementations.json')).toMatchObject([
      { id: widget.id, configuration: { question: 'Wein?' }, origins: ['https://shop.example'] },
    ])
    expect(read('api-keys.json')).toMatchObject([{ name: 'CI', hint: key.hint }])
    expect(read('alert-rules.json')).toMatchObject([{ name: 'Errors', ownerId: owner.user.id }])
    expect(files.get('audit.csv')).toContain('implementation.create')
    const [header, event] = files.get(`events/${widget.id}.csv`)!.split('\r\n')
    expect(header).toBe('id,at,type,name,data,session,version,browser,os,device,country')
    expect(event).toContain(
      `Z,interaction,'=1+1,"{""note"":""He said \\""hi\\"",\\nand left""}",${visitor.session},1.0.0,Firefox,Linux,desktop,NL`,
    )
    const all = [...files.values()].join()
    for (const secret of ['scrypt', 'argon', key.key, 'hash']) expect(all).not.toContain(secret)
    expect(all).not.toContain(owner.accessToken)
  })

  test('of many events is written page by page, in order, each once', async () => {
    await fill(50_000)
    let most = 0
    const clickhouse: ClickHouse = {
      ...handles.clickhouse,
      async query(sql, params) {
        const rows = await handles.clickhouse.query(sql, params)
        most = Math.max(most, rows.length)
        return rows as never
      },
    }
    const job = await ask()
    await runDue({ ...handles, clickhouse })
    const lines = (await open(job)).get(`events/${widget.id}.csv`)!.trimEnd().split('\r\n').slice(1)
    const times = lines.map((line) => line.split(',')[1]!)
    expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(50_000)
    expect(times).toEqual([...times].sort())
    expect(most).toBe(10_000)
    expect((await look(job)).rows).toBeGreaterThan(50_000)
  })

  test('is fetched by its owner alone, for a week, and then its file is gone', async () => {
    const job = await ask()
    expect((await fetchFile(job)).status).toBe(404)
    await runDue(handles)
    expect(await look(job)).toMatchObject({ file: { expiresAt: now + 7 * DAY }, nextAt: now + 7 * DAY })
    const file = await fetchFile(job)
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'application/zip',
      'cache-control': 'no-store',
      'content-disposition': expect.stringMatching(/^attachment; filename="oriel-[\d-]+\.zip"$/),
    })
    expect((await file.arrayBuffer()).byteLength).toBe((await look(job)).file!.bytes)
    const admin = await client.person('super_admin')
    const statuses = [undefined, await client.person('end_user'), admin].map((as) =>
      client.app.request(`/api/jobs/${job.id}/file`, {
        headers: as ? { authorization: `Bearer ${as.accessToken}` } : {},
      }),
    )
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([401, 404, 404])
    expect(await filesOnDisk()).toContain(`${job.id}.zip`)
    handles.setNow(now + 7 * DAY)
    await runDue(handles)
    expect(await filesOnDisk()).not.toContain(`${job.id}.zip`)
  })

  test('asked for twice at once is one', async () => {
    const [first, second] = await Promise.all([ask(), ask()])
    expect(second.id).toBe(first.id)
  })
})

test('of a builder holds what was published and released', async () => {
  const builder = await client.person('builder')
  const project = await client.releasedProject(builder)
  const job = await ask(builder)
  await runDue(handles)
  const files = unzip(Buffer.from(await (await fetchFile(job, builder)).arrayBuffer()))
  expect(JSON.parse(files.get('projects.json')!)).toMatchObject([{ id: project.id, name: project.name }])
  expect(JSON.parse(files.get('channels.json')!)).toMatchObject([{ projectId: project.id, name: 'stable' }])
  expect(files.get('versions.csv')!.split('\r\n')[1]).toMatch(
    new RegExp(`^ve_[\\w-]+,${project.id},1\\.0\\.0,`),
  )
  expect(files.get('releases.csv')).toContain(`,${project.id},stable,release,`)
})

describe('a job', () => {
  test('is shown by the database itself to its owner alone', async () => {
    const job = await ask()
    const seen = async (as: Login) =>
      (
        await openTenantDatabase(handles.db, { userId: as.user.id, persona: as.user.persona })
          .select()
          .from(jobs)
      ).map(({ id }) => id)
    expect([await seen(owner), await seen(await client.person('super_admin'))]).toEqual([[job.id], []])
  })

  test('that is put down when the process stops goes on in the next one', async () => {
    await fill(30_000)
    const job = await ask()
    let reports = 0
    await runDue(handles, () => ++reports > 3)
    expect(await look(job)).toMatchObject({ status: 'waiting', steps: { done: 0 }, error: null, nextAt: now })
    await runDue(handles)
    expect(await look(job)).toMatchObject({ steps: { done: 1 } })
    expect((await open(job)).get(`events/${widget.id}.csv`)!.trimEnd().split('\r\n')).toHaveLength(30_001)
  })

  test('that nobody reports on any more is taken up by another, and the first one lets go', async () => {
    await fill(10)
    const job = await ask()
    let resume = () => {}
    let isStuck = false
    const stuck = new Promise<void>((resolve) => (resume = resolve))
    const clickhouse: ClickHouse = {
      ...handles.clickhouse,
      async query(sql, params) {
        isStuck = true
        await stuck
        return handles.clickhouse.query(sql, params)
      },
    }
    const first = runDue({ ...handles, clickhouse })
    await expect.poll(() => isStuck, { timeout: 10_000 }).toBe(true)
    expect(await look(job)).toMatchObject({ status: 'running' })
    expect(await runDue(handles)).toBe(0)
    handles.setNow(now + LEASE_MS)
    expect(await runDue(handles)).toBe(1)
    expect(await look(job)).toMatchObject({ steps: { done: 1 }, status: 'waiting' })
    const done = await look(job)
    resume()
    await first
    expect(await look(job)).toEqual(done)
    expect(handles.logged.join('\n')).toContain('a job was lost to somebody else')
  })

  test('that fails is tried again ever later, says so plainly, and waits for its owner in the end', async () => {
    await fill(10)
    const job = await ask()
    const away: ClickHouse = {
      ...handles.clickhouse,
      query: () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:8123')),
    }
    await runDue({ ...handles, clickhouse: away })
    expect(await look(job)).toMatchObject({
      status: 'waiting',
      error: 'Something went wrong on our side.',
      nextAt: now + 10_000,
    })
    expect(handles.logged.join('\n')).toContain('ECONNREFUSED')
    for (let tries = 2; tries <= 20; tries++) {
      handles.setNow((now += 60 * 60 * 1000))
      owner = await renew(owner)
      await runDue({ ...handles, clickhouse: away })
    }
    expect(await look(job)).toMatchObject({ status: 'failed', nextAt: null })
    const retry = () => client.call<Job>('POST', `/api/jobs/${job.id}/retry`, { as: owner })
    expect((await retry()).data).toMatchObject({ status: 'waiting', error: null })
    expect((await retry()).status).toBe(409)
    await runDue(handles)
    expect(await look(job)).toMatchObject({ steps: { done: 1 }, error: null })
  })

  test('is done by one of many who look at the same time', async () => {
    const job = await ask()
    const taken = await Promise.all(Array.from({ length: 5 }, () => runDue(handles)))
    expect(taken.reduce((sum, one) => sum + one)).toBe(1)
    expect(await look(job)).toMatchObject({ steps: { done: 1 } })
  })
})

test('files that nobody owns any more are swept away', async () => {
  const job = await ask()
  await runDue(handles)
  await sweepExports(handles.config, Date.now() + 7 * DAY)
  expect(await filesOnDisk()).toContain(`${job.id}.zip`)
  await sweepExports(handles.config, Date.now() + 9 * DAY)
  expect(await filesOnDisk()).toEqual([])
})

test('a line of CSV keeps commas, quotes and lines in their cell, and formulas from being one', () => {
  expect(toCsvLine(['a,b', 'say "hi"', 'two\nlines', '=SUM(A1)', '@x', -1, null, true])).toBe(
    `"a,b","say ""hi""","two\nlines",'=SUM(A1),'@x,-1,,true\r\n`,
  )
})

async function renew({ user }: Login): Promise<Login> {
  const body = { email: user.email, password: 'a long password', delivery: 'body' }
  return (await client.call<Login>('POST', '/api/auth/login', { body })).data
}

/** Reads a zip by its central directory. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
function unzip(zip: Buffer): Map<string, string> {
  const files = new Map<string, string>()
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'))
  for (let at = zip.readUInt32LE(end + 16), left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [size, nameLength, extraLength] = [
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
    ]
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    files.set(
      zip.toString('utf8', at + 46, at + 46 + nameLength),
      inflateRawSync(zip.subarray(start, start + size)).toString(),
    )
    at += 46 + nameLength + extraLength + zip.readUInt16LE(at + 32)
  }
  return files
}
