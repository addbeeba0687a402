import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestHandles, type TestHandles } from '../testing'
import { createClient } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let id: string

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
  const builder = await client.person('builder')
  const { id: projectId } = await client.releasedProject(builder, { title: 'A "poll"', height: 300 })
  id = (await client.implement(await client.person('end_user'), projectId)).data.id
})
afterAll(() => handles.close())

const ask = (query: Record<string, string>) => client.app.request(`/oembed?${new URLSearchParams(query)}`)
const address = () => `${handles.config.baseUrl}/w/${id}`

test('describes a widget by the address that its frame names', async () => {
  const frame = await client.app.request(`/w/${id}`)
  const [, link] = /^<([^>]+)>; rel="alternate"; type="application\/json\+oembed"$/.exec(
    frame.headers.get('link')!,
  )!
  const response = await client.app.request(link!.slice(handles.config.baseUrl.length))
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(await response.json()).toEqual({
    version: '1.0',
    type: 'rich',
    provider_name: 'Oriel',
    provider_url: handles.config.baseUrl,
    title: 'A "poll"',
    html: expect.stringContaining(`<iframe src="${address()}" title="A &quot;poll&quot;"`),
    width: 640,
    height: 300,
    cache_age: 300,
  })
})

test('keeps to the sizes that it is given', async () => {
  const response = await ask({ url: address(), maxwidth: '320', maxheight: '200', format: 'json' })
  const { width, height, html } = (await response.json()) as { width: number; height: number; html: string }
  expect([width, height]).toEqual([320, 200])
  expect(html).toContain('height:200px')
})

test.for([
  ['nothing at all', {}, 400],
  ['no address', { url: 'poll' }, 400],
  ['another format', { url: 'https://elsewhere.example/w/im_1', format: 'xml' }, 400],
  ['another server', { url: 'https://elsewhere.example/w/im_1' }, 404],
  ['an unknown widget', { url: 'http://localhost/w/im_unknown' }, 404],
] as const)('refuses %s', async ([, query, status]) => {
  expect((await ask(query)).status).toBe(status)
})

test('knows nothing of a widget that is paused', async () => {
  const endUser = await client.person('end_user')
  const { id: projectId } = await client.releasedProject(await client.person('builder'))
  const { data: paused } = await client.implement(endUser, projectId)
  await client.call('PATCH', `/api/widgets/${paused.id}/status`, { as: endUser, body: { status: 'paused' } })
  expect((await ask({ url: `${handles.config.baseUrl}/w/${paused.id}` })).status).toBe(404)
})

test('looks for nothing that cannot be a widget, however long its name is', async () => {
  const db: TestHandles['db'] = Object.create(null)
  const { app } = createClient({ ...handles, db })
  const url = `${handles.config.baseUrl}/w/im_${'x'.repeat(8_000)}`
  expect((await app.request(`/oembed?${new URLSearchParams({ url })}`)).status).toBe(404)
})
