import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiKey, Implementation, Login, NewApiKey, Project } from '../../../schema/wire/api'
import { deriveKeys } from '../keys'
import { createTestHandles, type TestHandles } from '../testing'
import { BUNDLE, createClient, manifestOf, uploadOf } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let builder: Login
let other: Login

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  builder = await client.person('builder')
  other = await client.person('builder')
})
afterAll(() => handles.close())

let keys = 0
const freshKey = () => `request-${++keys}`

async function create(key: string, name: string, as = builder) {
  const response = await client.app.request('/api/projects', {
    method: 'POST',
    headers: { authorization: `Bearer ${as.accessToken}`, 'idempotency-key': key },
    body: JSON.stringify({ name }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

describe('a request with an Idempotency-Key', () => {
  test('is done once, and the same again gets the same bytes', async () => {
    const key = freshKey()
    const [first, again] = [await create(key, 'Once'), await create(key, 'Once')]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.text).toBe(first.text)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    const { pagination } = await client.call<Project[]>('GET', '/api/projects?search=Once', { as: builder })
    expect(pagination.total).toBe(1)
  })

  test('that makes an API key gets it again, which the database cannot read and nobody else is told', async () => {
    const key = freshKey()
    const make = (as: Login) =>
      client.call<NewApiKey>('POST', '/api/auth/api-keys', {
        as,
        body: { name: 'Deploys', scopes: ['create_projects'] },
        headers: { 'idempotency-key': key },
      })
    const [first, again, others] = [await make(builder), await make(builder), await make(other)]
    expect(again.data).toEqual(first.data)
    expect(others.data.key).not.toBe(first.data.key)
    const byKey = await make({ ...builder, accessToken: first.data.key })
    expect([byKey.status, byKey.data]).toEqual([403, undefined])
    const { data } = await client.call<ApiKey[]>('GET', '/api/auth/api-keys', { as: builder })
    expect(data.map(({ id }) => id)).toEqual([first.data.id])
    const rows = await handles.db.execute<{ answer: string }>(sql`select answer from idempotency_keys`)
    expect(JSON.stringify(rows)).not.toMatch(/ok_[0-9A-Za-z]{36}/)
    const elsewhere = createClient({
      ...handles,
      keys: await deriveKeys('another secret, 32 characters long'),
    })
    const lost = await elsewhere.call('POST', '/api/auth/api-keys', {
      as: builder,
      body: { name: 'Deploys', scopes: ['create_projects'] },
      headers: { 'idempotency-key': key },
    })
    expect(lost.status).toBe(409)
  })

  test('refuses its key for another request', async () => {
    const key = freshKey()
    await create(key, 'This')
    const { status, text } = await create(key, 'That')
    expect([status, JSON.parse(text).error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
  })

  test('is done once when it arrives many times at once', async () => {
    const key = freshKey()
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(key, 'Race')))
    const done = answers.filter(({ status }) => status === 201)
    const told = answers.filter(({ status }) => status === 409)
    expect(done.length + told.length).toBe(8)
    expect(new Set(done.map(({ text }) => text)).size).toBe(1)
    expect(told.every(({ headers }) => headers.get('retry-after') === '1')).toBe(true)
  })

  test('may be tried again after it was refused', async () => {
    const key = freshKey()
    await create(freshKey(), 'Taken')
    expect((await create(key, 'Taken')).status).toBe(409)
    const { data } = await client.call<Project[]>('GET', '/api/projects?search=Taken', { as: builder })
    await client.call('DELETE', `/api/projects/${data[0]!.id}`, { as: builder })
    expect((await create(key, 'Taken')).status).toBe(201)
  })

  test('that was cut short is never done twice', async () => {
    const key = freshKey()
    await create(key, 'Cut')
    await handles.db.execute(sql`update idempotency_keys set status = null, answer = null where key = ${key}`)
    expect((await create(key, 'Cut')).status).toBe(409)
  })

  test('is of one user, and of one day', async () => {
    const key = freshKey()
    const first = await create(key, 'Mine')
    const others = await create(key, 'Mine', other)
    expect(others.status).toBe(201)
    expect(others.text).not.toBe(first.text)
    await handles.db.execute(sql`update idempotency_keys set expires_at = now() - interval '1 s'`)
    expect((await create(key, 'Another day')).status).toBe(201)
  })

  test('may be a form, whatever boundary it is sent with', async () => {
    const { data } = await client.call<Project>('POST', '/api/projects', {
      as: builder,
      body: { name: 'Form' },
    })
    const upload = () =>
      client.call('POST', `/api/projects/${data.id}/versions`, {
        as: builder,
        body: uploadOf(manifestOf(BUNDLE), BUNDLE),
        headers: { 'idempotency-key': 'upload-with-a-form' },
      })
    const [first, again] = [await upload(), await upload()]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.data).toEqual(first.data)
  })

  test.each(['short', 'x'.repeat(256), 'with spaces in it'])('needs a key that is not %s', async (key) => {
    const response = await client.app.request('/api/projects', {
      method: 'POST',
      headers: { authorization: `Bearer ${builder.accessToken}`, 'idempotency-key': key },
      body: '{"name":"x"}',
    })
    expect(response.status).toBe(400)
  })
})

describe('a configuration', () => {
  let owner: Login
  let widget: Implementation
  beforeAll(async () => {
    owner = await client.person('end_user')
    widget = (await client.implement(owner, (await client.releasedProject(builder)).id)).data
  })
  const configure = (question: string, match?: string) =>
    client.call<Implementation>('PATCH', `/api/widgets/${widget.id}/configuration`, {
      as: owner,
      body: { configuration: { question } },
      headers: match === undefined ? {} : { 'if-match': match },
    })

  test('is changed by who has seen its last state only', async () => {
    const { headers } = await client.call('GET', `/api/widgets/${widget.id}`, { as: owner })
    const etag = headers.get('etag')!
    const [first, second] = [await configure('Mine?', etag), await configure('Yours?', etag)]
    expect([first.status, second.status]).toEqual([200, 412])
    expect(second.error.code).toBe('PRECONDITION_FAILED')
    const next = first.headers.get('etag')!
    expect(next).not.toBe(etag)
    expect((await configure('Then yours?', next)).data.configuration.question).toBe('Then yours?')
  })

  test('of two changes from the same state at once takes one', async () => {
    const { headers } = await client.call('GET', `/api/widgets/${widget.id}`, { as: owner })
    const etag = headers.get('etag')!
    const answers = await Promise.all(['A?', 'B?', 'C?'].map((question) => configure(question, etag)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412])
  })

  test('is changed without looking by who does not say what they have seen', async () => {
    expect((await configure('Whatever?')).status).toBe(200)
    expect((await configure('Whatever then?', '*')).status).toBe(200)
  })

  test('is changed by who says the tag as a compressed answer carries it, or one of several', async () => {
    const { headers } = await client.call('GET', `/api/widgets/${widget.id}`, { as: owner })
    const weak = await configure('Compressed?', `W/${headers.get('etag')}`)
    expect(weak.status).toBe(200)
    expect((await configure('One of two?', `"0", ${weak.headers.get('etag')}`)).status).toBe(200)
    expect((await configure('Too late?', `W/${headers.get('etag')}`)).status).toBe(412)
  })

  test.each(['W/"1"', '1', '"x"'])('is not changed by who says %s', async (match) =>
    expect((await configure('Odd?', match)).status).toBe(412),
  )
})
