import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sourceMaps } from '../../../schema/tables/projects'
import type { Project, Version, WidgetError } from '../../../schema/wire/api'
import { MAX_SOURCE_MAP_BYTES } from '../../../schema/wire/manifest'
import { createTestHandles, type TestHandles } from '../testing'
import { BUNDLE, createClient, manifestOf, uploadOf } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>

beforeAll(async () => {
  handles = await createTestHandles()
  client = createClient(handles)
})
afterAll(() => handles.close())

const upload = async (sourceMap: string | undefined, version = '1.0.0') => {
  const as = await client.person('builder')
  const { data: project } = await client.call<Project>('POST', '/api/projects', {
    as,
    body: { name: 'Mapped' },
  })
  const body = uploadOf({ ...manifestOf(BUNDLE), version }, BUNDLE)
  if (sourceMap !== undefined) body.set('sourceMap', new Blob([sourceMap]), 'bundle.js.map')
  return client.call<Version>('POST', `/api/projects/${project.id}/versions`, { as, body })
}

const MAP = JSON.stringify({
  version: 3,
  sources: ['widget.tsx'],
  sourcesContent: ['secret()'],
  mappings: 'AAAA',
})

test('keeps the source map of a version, and shows it to nobody', async () => {
  const { status, data } = await upload(MAP)
  expect(status).toBe(201)
  expect(JSON.stringify(data)).not.toContain('secret')
  const [kept] = await handles.db.select().from(sourceMaps).where(eq(sourceMaps.versionId, data.id))
  expect(new TextDecoder().decode(kept!.map)).toBe(MAP)
})

test('needs none', async () => expect((await upload(undefined)).status).toBe(201))

test('shows the builder where an error was thrown in the sources, and alike ones together', async () => {
  const [builder, owner] = [await client.person('builder'), await client.person('end_user')]
  const project = await client.releasedProject(builder)
  const mapped = uploadOf({ ...manifestOf(BUNDLE), version: '1.1.0' }, BUNDLE)
  mapped.set('sourceMap', new Blob([MAP]), 'bundle.js.map')
  await client.call('POST', `/api/projects/${project.id}/versions`, { as: builder, body: mapped })
  const fail = async (version: string) => {
    await client.release(builder, project.id, version)
    const { data: widget } = await client.implement(owner, project.id)
    const data = { message: 'x is null', stack: 'TypeError: x is null\n    at r (about:srcdoc:2:1)', version }
    const body = { type: 'error', name: 'TypeError', data }
    for (let times = 0; times < 2; times++)
      await client.call('POST', `/api/widgets/${widget.id}/track`, { as: owner, body })
  }
  await fail('1.0.0')
  await fail('1.1.0')
  const path = `/api/projects/${project.id}/errors`
  const error = { name: 'TypeError', message: 'x is null', count: 2 }
  await vi.waitFor(
    async () => {
      const { data } = await client.call<WidgetError[]>('GET', path, { as: builder })
      expect(data.map(({ version, stack }) => [version, stack.split('\n')[1]]).sort()).toEqual([
        ['1.0.0', '    at r (about:srcdoc:2:1)'],
        ['1.1.0', '    at r (widget.tsx:1:1)'],
      ])
      expect(data).toMatchObject([error, error])
    },
    { timeout: 10_000 },
  )
  expect((await client.call('GET', path, { as: await client.person('builder') })).status).toBe(404)
})

test.for([
  ['no JSON', '{', 400],
  ['another revision', '{"version":2,"mappings":""}', 400],
  ['no mappings', '{"version":3,"sources":[]}', 400],
  ['no sources', '{"version":3,"mappings":""}', 400],
  ['sources without names', '{"version":3,"mappings":"","sources":[7]}', 400],
  ['too much', `{"version":3,"mappings":"${'A'.repeat(MAX_SOURCE_MAP_BYTES)}"}`, 413],
] as const)('refuses %s', async ([, sourceMap, status]) => {
  expect((await upload(sourceMap)).status).toBe(status)
})
