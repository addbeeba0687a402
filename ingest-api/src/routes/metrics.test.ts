import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewApiKey } from '../../../schema/wire/api'
import { uuidV7 } from '../../../schema/wire/id'
import { createApp } from '../app'
import { createCaches } from '../cache'
import { signSessionToken } from '../ingest/session-token'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())

type Family = {
  type: string
  help: string
  samples: { name: string; labels: Record<string, string>; value: number }[]
}

/** Reads the text format (version 0.0.4) as strictly as `promtool check metrics` does. */
async function read(app = client.app): Promise<Map<string, Family>> {
  const response = await app.request('/metrics')
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const text = await response.text()
  expect(text.endsWith('\n')).toBe(true)
  const families = new Map<string, Family>()
  let open: [string, Family] | undefined
  let help: RegExpExecArray | null = null
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('# HELP')) {
      expect(line).toMatch(/^# HELP [a-z][a-z0-9_]* \S.*\.$/)
      help = /^# HELP (\S+) (.+)$/.exec(line)
    } else if (line.startsWith('# TYPE')) {
      const [, name, type] = /^# TYPE ([a-z][a-z0-9_]*) (counter|gauge|histogram)$/.exec(line)!
      expect(help![1]).toBe(name)
      expect(families.has(name!)).toBe(false)
      open = [name!, { type: type!, help: help![2]!, samples: [] }]
      families.set(...open)
    } else {
      const [, name, labels = '', value] = /^([a-z][a-z0-9_]*)(?:\{(.+)\})? ([\d.e+-]+)$/.exec(line)!
      const [family, { type, samples }] = open!
      expect(name!.replace(type === 'histogram' ? /_(bucket|sum|count)$/ : '', '')).toBe(family)
      const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)]
      expect(pairs.map(([whole]) => whole).join('')).toBe(labels)
      samples.push({
        name: name!,
        labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text!])),
        value: Number(value),
      })
    }
  }
  return families
}

const samplesOf = (family: Family | undefined, labels: Record<string, string>) =>
  family!.samples.filter((sample) =>
    Object.entries(labels).every(([name, value]) => sample.labels[name] === value),
  )
const totalOf = (family: Family | undefined, labels: Record<string, string>) =>
  samplesOf(family, labels)[0]?.value

test('every number that operators go by is there, before anything has happened', async () => {
  const families = await read(createApp({ ...handles, caches: createCaches(true) }))
  const types = Object.fromEntries([...families].map(([name, { type }]) => [name, type]))
  expect(types).toMatchObject({
    http_request_duration_seconds: 'histogram',
    api_errors_total: 'counter',
    db_connections: 'gauge',
    db_connections_active: 'gauge',
    db_pool_connections_max: 'gauge',
    postgres_up: 'gauge',
    clickhouse_up: 'gauge',
    spool_events: 'gauge',
    spool_bytes: 'gauge',
    spool_age_seconds: 'gauge',
    spool_failing: 'gauge',
    drain_lag_seconds: 'gauge',
    ingest_events: 'gauge',
    ingest_refusals: 'gauge',
    dead_letters_open: 'gauge',
    analysis_age_seconds: 'gauge',
    oriel_usage_unsealed_seconds: 'gauge',
  })
  for (const [name, { type }] of families)
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter'])
})

test('requests are counted by route, status and tier, and errors by code; no id becomes a label', async () => {
  const builder = await client.person('builder')
  await client.call('GET', '/api/projects', { as: builder })
  await client.call('GET', `/api/projects/pr_${'x'.repeat(21)}`, { as: builder })
  const key = { name: 'Reports', scopes: ['create_projects'] }
  const made = (await client.call<NewApiKey>('POST', '/api/auth/api-keys', { as: builder, body: key })).data
  await client.app.request('/api/auth/sessions', { headers: { authorization: `Bearer ${made.key}` } })
  await client.call('GET', '/nowhere/at/all')
  await client.app.request('/api/projects', { method: 'ANYTHING' })
  const families = await read()
  const requests = families.get('http_request_duration_seconds')!
  const ours = samplesOf(requests, {
    method: 'GET',
    route: '/api/projects',
    status_code: '200',
    tier: 'builder',
  })
  const buckets = ours.filter(({ name }) => name.endsWith('_bucket'))
  expect(buckets.map(({ labels: { le } }) => le)).toEqual([
    '0.005',
    '0.01',
    '0.025',
    '0.05',
    '0.1',
    '0.25',
    '0.5',
    '1',
    '2.5',
    '5',
    '10',
    '+Inf',
  ])
  expect(buckets.map(({ value }) => value)).toEqual(buckets.map(({ value }) => value).sort((a, b) => a - b))
  expect(buckets.at(-1)!.value).toBe(1)
  expect(ours.find(({ name }) => name.endsWith('_count'))!.value).toBe(1)
  expect(ours.find(({ name }) => name.endsWith('_sum'))!.value).toBeLessThan(1)
  expect(totalOf(requests, { route: '/api/projects/:id', status_code: '404', tier: 'builder' })).toBeDefined()
  expect(totalOf(requests, { route: 'none', status_code: '404', tier: 'public' })).toBeDefined()
  expect(totalOf(requests, { method: 'other' })).toBeDefined()
  expect(
    totalOf(families.get('api_errors_total'), { error_code: 'RESOURCE_NOT_FOUND', tier: 'builder' }),
  ).toBe(1)
  // Who is known counts in their tier although they are refused.
  expect(totalOf(families.get('api_errors_total'), { error_code: 'PERMISSION_ERROR', tier: 'builder' })).toBe(
    1,
  )
  for (const { samples } of families.values())
    for (const { labels } of samples)
      // A spool has a random name of its own, which is nobody's.
      for (const text of Object.values({ ...labels, spool: '' }))
        expect(text).not.toMatch(/[a-z]{2}_[\w-]{16}|xxx|\d{4}/)
})

test('events are counted by what became of them, and refused ones by the reason', async () => {
  const claims = { im: 'im_1', pr: 'pr_1', bu: 'us_1', eu: 'us_2', ver: '1.0.0', sid: 'se_1' }
  const token = await signSessionToken(handles.keys.session, claims, Date.now())
  const at = Date.now()
  const events = [
    { id: uuidV7(at), type: 'load', at },
    { id: uuidV7(at), type: 'nonsense', at },
    { id: uuidV7(at - 72 * 60 * 60 * 1000), type: 'load', at },
  ]
  for (const batch of [events, events.slice(0, 1)])
    await client.call('POST', '/v1/events', { body: { token, sentAt: at, events: batch } })
  await expect
    .poll(async () => totalOf((await read()).get('ingest_events'), { outcome: 'duplicate' }))
    .toBe(1)
  const families = await read()
  expect(totalOf(families.get('ingest_events'), { outcome: 'accepted' })).toBe(1)
  expect(totalOf(families.get('ingest_events'), { outcome: 'refused' })).toBe(2)
  expect(families.get('ingest_refusals')!.samples.map(({ labels, value }) => [labels.reason, value])).toEqual(
    [
      ['invalid_type', 1],
      ['too_old', 1],
    ],
  )
  expect(totalOf(families.get('spool_age_seconds'), {})).toBeLessThan(60)
  expect(totalOf(families.get('drain_lag_seconds'), {})).toBeLessThan(60)
})

test('without Postgres the rest is told', async () => {
  const { db } = handles
  const app = createApp({
    ...handles,
    db: Object.assign(Object.create(db), { execute: () => Promise.reject(new Error('gone')) }),
  })
  const families = await read(app)
  expect(totalOf(families.get('postgres_up'), {})).toBe(0)
  expect(totalOf(families.get('spool_events'), {})).toBeDefined()
})
