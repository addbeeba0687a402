import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sourceMaps } from '../../../schema/tables/projects'
import type { Project, Version } from '../../../schema/wire/api'
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

test.for([
  ['no JSON', '{', 400],
  ['another revision', '{"version":2,"mappings":""}', 400],
  ['no mappings', '{"version":3}', 400],
  ['too much', `{"version":3,"mappings":"${'A'.repeat(MAX_SOURCE_MAP_BYTES)}"}`, 413],
] as const)('refuses %s', async ([, sourceMap, status]) => {
  expect((await upload(sourceMap)).status).toBe(status)
})
