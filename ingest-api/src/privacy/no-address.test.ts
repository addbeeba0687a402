import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../../../schema/wire/job'
import type { Implementation, Login, Project } from '../../../schema/wire/api'
import { readConfig } from '../config'
import { createTestHandles, type TestHandles } from '../testing'
import { BUNDLE, createClient, manifestOf, uploadOf } from '../testing-client'
import { startMailbox, type Mailbox } from '../testing-mail'
import { visit } from '../testing-visit'
import { runDue } from './run-jobs'

/** Addresses for documentation (RFC 5737, RFC 3849), so that nothing else can have put them there. */
const PEOPLE = {
  builder: '203.0.113.77',
  owner: '198.51.100.23',
  visitor: '192.0.2.146',
  other: '2001:db8::77',
}

let handles: TestHandles
let client: ReturnType<typeof createClient>
let mailbox: Mailbox
beforeAll(async () => {
  const opened = await createTestHandles()
  const { dataDir } = opened.config
  const config = {
    ...readConfig({ ORIEL_TRUST_PROXY: '1', ORIEL_RATE_LIMITS: '1', PUBLIC_URL: 'http://oriel.test' }),
    dataDir,
  }
  handles = { ...opened, config }
  client = createClient(handles)
  mailbox = await startMailbox(handles)
})
afterAll(async () => {
  await mailbox.close()
  await handles.close()
})

const from = (address: string) => ({ 'x-forwarded-for': `10.0.0.1, ${address}`, 'cf-connecting-ip': address })

async function register(persona: 'builder' | 'end_user', headers: Record<string, string>) {
  const body = {
    email: `${persona}@example.com`,
    password: 'a long password',
    name: 'Ada',
    persona,
    delivery: 'body',
  }
  return (await client.call<Login>('POST', '/api/auth/register', { body, headers })).data
}

test('nobody’s address is stored anywhere, whatever they do', async () => {
  const [byBuilder, byOwner] = [from(PEOPLE.builder), from(PEOPLE.owner)]
  const builder = await register('builder', byBuilder)
  const { data: project } = await client.call<Project>('POST', '/api/projects', {
    as: builder,
    body: { name: 'Poll' },
    headers: byBuilder,
  })
  await client.call('POST', `/api/projects/${project.id}/versions`, {
    as: builder,
    body: uploadOf(manifestOf(BUNDLE), BUNDLE),
    headers: byBuilder,
  })
  await client.call('POST', `/api/projects/${project.id}/channels/stable/release`, {
    as: builder,
    body: { version: '1.0.0' },
    headers: byBuilder,
  })
  const owner = await register('end_user', byOwner)
  const { data: widget } = await client.call<Implementation>('POST', '/api/widgets/implement', {
    as: owner,
    body: { projectId: project.id, implementationUrl: 'https://shop.example/' },
    headers: byOwner,
  })
  const visitors = [PEOPLE.visitor, PEOPLE.other].map((address) =>
    visit(handles, client, widget.id, from(address)),
  )
  for (const visitor of await Promise.all(visitors))
    await visitor.send({ name: 'vote', data: { answer: 'Tea' } }, { type: 'wrong' })
  // The addresses did arrive: by nothing else can the two be told apart.
  expect(
    await handles.clickhouse.query('SELECT toUInt32(uniqExact(visitor)) AS visitors FROM events', {}),
  ).toEqual([{ visitors: 2 }])
  const { session } = await visitors[0]!
  const forgotten = await client.call<Job>('DELETE', `/api/widgets/${widget.id}/sessions/${session}`, {
    as: owner,
    headers: byOwner,
  })
  expect(forgotten.status).toBe(202)
  const wrong = { email: 'end_user@example.com', password: 'not my password' }
  expect((await client.call('POST', '/api/auth/login', { body: wrong, headers: byOwner })).status).toBe(401)
  await client.call('POST', '/api/auth/forgot', { body: { email: wrong.email }, headers: byOwner })
  await client.call('POST', `/api/widgets/${widget.id}/track`, {
    as: owner,
    body: { type: 'interaction' },
    headers: byOwner,
  })
  await client.call('POST', '/api/auth/export', { as: owner, headers: byOwner })
  await client.app.request('/api/nothing/here', { headers: byOwner })
  await client.app.request('/v1/events', { method: 'POST', body: '{', headers: from(PEOPLE.visitor) })
  await runDue(handles)
  await mailbox.deliver()
  await client.call('POST', '/api/auth/logout', { as: owner, headers: byOwner })

  const seen = await everythingStored()
  // What looks for a text must be seen to find one.
  expect(placesOf('end_user@example.com', seen)).toContain('postgres users')
  expect(placesOf(widget.id, seen)).toEqual(
    expect.arrayContaining(['clickhouse events', 'spool', 'postgres jobs']),
  )
  for (const address of [...Object.values(PEOPLE), '10.0.0.1'])
    expect([address, placesOf(address, seen)]).toEqual([address, []])
})

const placesOf = (text: string, seen: Map<string, string>) =>
  [...seen].flatMap(([place, content]) => (content.includes(text) ? [place] : []))

/** Every row of every table in both engines, every line of the log, and every file of ours. */
async function everythingStored(): Promise<Map<string, string>> {
  const { db, clickhouse, config, logged } = handles
  const seen = new Map([
    ['log', logged.join('\n')],
    ['metrics', await (await client.app.request('/metrics')).text()],
  ])
  const sql = db.$client
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
  for (const { name } of tables) {
    const rows = await sql<{ row: string }[]>`select t::text as row from ${sql(name)} t`
    seen.set(`postgres ${name}`, rows.map(({ row }) => row).join('\n'))
  }
  const own = await clickhouse.query<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = currentDatabase()',
    {},
  )
  for (const { name } of own)
    seen.set(`clickhouse ${name}`, JSON.stringify(await clickhouse.query(`SELECT * FROM \`${name}\``, {})))
  for (const folder of ['spool', 'exports']) {
    const path = join(config.dataDir, folder)
    const files = await Promise.all((await readdir(path)).map((name) => readFile(join(path, name), 'latin1')))
    seen.set(folder, files.join('\n'))
  }
  return seen
}
