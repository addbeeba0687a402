import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { versions } from '../../../schema/tables/projects'
import type { Project, Version } from '../../../schema/wire/api'
import type { JsonObject } from '../../../schema/wire/json'
import { BUNDLE, manifestOf, uploadOf } from '../testing-client'
import { builder, client, handles } from '../testing-people'

const create = (as = builder) => client.newProject(as)
const get = (id: string, as = builder) => client.call<Project>('GET', `/api/projects/${id}`, { as })
const upload = (id: string, manifest: unknown, code: string | Uint8Array<ArrayBuffer> = BUNDLE) =>
  client.call<Version>('POST', `/api/projects/${id}/versions`, {
    as: builder,
    body: uploadOf(manifest, code),
  })

describe('a version', () => {
  test('is published once, and the same again is the same', async () => {
    const { id } = await create()
    const first = await upload(id, manifestOf(BUNDLE))
    expect(first.status).toBe(201)
    expect(first.data).toMatchObject({
      projectId: id,
      version: '1.0.0',
      size: BUNDLE.length,
      manifest: { title: 'Poll' },
    })
    const again = await upload(id, manifestOf(BUNDLE))
    expect([again.status, again.data]).toEqual([200, first.data])
    expect((await get(id)).data).toMatchObject({ latestVersion: '1.0.0', channels: [] })
  })

  test('is published once when two uploads race', async () => {
    const { id } = await create()
    const answers = await Promise.all([1, 2, 3].map(() => upload(id, manifestOf(BUNDLE))))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201])
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1)
  })

  test('never changes', async () => {
    const { id } = await create()
    await upload(id, manifestOf(BUNDLE))
    const other = `${BUNDLE}// changed`
    for (const answer of [
      await upload(id, manifestOf(other), other),
      await upload(id, { ...manifestOf(BUNDLE), title: 'Renamed' }),
    ])
      expect([answer.status, answer.error.code]).toEqual([409, 'RESOURCE_CONFLICT'])
    await expect(
      handles.db.update(versions).set({ size: 1 }).where(eq(versions.projectId, id)),
    ).rejects.toThrow()
  })

  test('may come with its manifest as a file', async () => {
    const { id } = await create()
    const form = uploadOf('', BUNDLE)
    form.set('manifest', new Blob([JSON.stringify(manifestOf(BUNDLE))]), 'manifest.json')
    const { status } = await client.call('POST', `/api/projects/${id}/versions`, { as: builder, body: form })
    expect(status).toBe(201)
  })

  test('is listed, the last published first', async () => {
    const { id } = await create()
    for (const version of ['1.0.0', '1.1.0-beta.1', '1.1.0']) await client.publish(builder, id, version)
    const { data, pagination } = await client.call<Version[]>('GET', `/api/projects/${id}/versions?limit=2`, {
      as: builder,
    })
    expect(data.map(({ version }) => version)).toEqual(['1.1.0', '1.1.0-beta.1'])
    expect(pagination).toEqual({ page: 1, limit: 2, total: 3, totalPages: 2 })
  })

  const config = (schema: JsonObject) => ({ config: { type: 'object', ...schema } as JsonObject })
  test.each<[string, string, Record<string, unknown>]>([
    ['a version that is none', 'manifest.version', { version: '1.0' }],
    ['another size', 'manifest.size', { size: 7 }],
    ['another digest', 'manifest.integrity', { integrity: manifestOf('else').integrity }],
    ['a digest of another kind', 'manifest.integrity', { integrity: 'sha256-abc' }],
    ['an unknown field', 'manifest.price', { price: 1 }],
    [
      'a network source with a path',
      'manifest.permissions.network.0',
      { permissions: { network: ['https://a.example/x'], images: [], popups: false } },
    ],
    [
      'a network source that is a directive',
      'manifest.permissions.network.0',
      {
        permissions: {
          network: ["https://a.example; script-src 'unsafe-inline'"],
          images: [],
          popups: false,
        },
      },
    ],
    [
      'a network source without TLS',
      'manifest.permissions.images.0',
      { permissions: { network: [], images: ['http://a.example'], popups: false } },
    ],
    ['a height out of bounds', 'manifest.height', { height: 5 }],
    ['a configuration that is no object', 'manifest.config', { config: { type: 'string' } }],
    ['a schema that is none', 'manifest.config', config({ properties: { a: { type: 'nonsense' } } })],
    [
      'a schema of another draft',
      'manifest.config',
      config({ $schema: 'http://json-schema.org/draft-04/schema#' }),
    ],
    [
      'a reference to nowhere',
      'manifest.config',
      config({ properties: { a: { $ref: 'https://evil.example/schema' } } }),
    ],
    ['an asynchronous schema', 'manifest.config', config({ $async: true })],
    [
      'a pattern that is none',
      'manifest.config',
      config({ properties: { a: { type: 'string', pattern: '(' } } }),
    ],
    [
      'a default that its schema refuses',
      'manifest.config.defaults.a',
      config({ properties: { a: { type: 'string', default: 5 } } }),
    ],
    [
      'a required key without a default',
      'manifest.config.defaults.a',
      config({ properties: { a: { type: 'string' } }, required: ['a'] }),
    ],
    [
      'a preset that its schema refuses',
      'manifest.presets.0.configuration.color',
      { presets: [{ name: 'Green', configuration: { color: 'green' } }] },
    ],
    [
      'a preset with an unknown key',
      'manifest.presets.0.configuration.size',
      { presets: [{ name: 'Big', configuration: { size: 3 } }] },
    ],
    [
      'a pattern that would take years',
      'manifest.config.defaults',
      config({ properties: { a: { type: 'string', pattern: '^(a+)+$', default: `${'a'.repeat(50)}!` } } }),
    ],
  ])('with %s is refused', async (_, path, changes) => {
    const { id } = await create()
    const { status, error } = await upload(id, { ...manifestOf(BUNDLE), presets: [], ...changes })
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(error.details?.fields?.map((field) => field.path)).toContain(path)
    expect(error.message).toContain(path)
  })

  test.each<[string, string | Uint8Array<ArrayBuffer>, RegExp]>([
    ['not JavaScript', 'let a = 1\nlet = = 2\n', /Is not JavaScript: line 2: /],
    ['a module', 'import x from "y"', /Is not JavaScript: line 1: Cannot use import statement/],
    ['HTML', '<!doctype html><p>', /Is not JavaScript/],
    ['nested without end', '['.repeat(400_000), /Is not JavaScript/],
    ['not UTF-8', new Uint8Array([0x61, 0xff]), /Is not UTF-8 text/],
    ['blank', ' \n', /Is empty/],
  ])('whose bundle is %s is refused', async (_, code, message) => {
    const { id } = await create()
    const bytes = typeof code === 'string' ? Buffer.from(code) : code
    const manifest = { ...manifestOf(Buffer.from(bytes).toString('latin1')), size: bytes.length }
    const { status, error } = await upload(
      id,
      { ...manifest, integrity: manifestOf(bytes as never).integrity },
      code,
    )
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(error.details?.fields).toEqual([
      { path: 'bundle', message: expect.stringMatching(message) as string },
    ])
  })

  test.each([
    ['a little', 512 * 1024 + 1, /The bundle has 524289 bytes; at most 524288 are allowed/],
    ['much', 6 * 1024 * 1024, /The body may have at most/],
  ])('that is %s too large is refused', async (_, size, message) => {
    const { id } = await create()
    const code = `/*${'x'.repeat(size - 4)}*/`
    const { status, error } = await upload(id, manifestOf(code), code)
    expect([status, error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    expect(error.message).toMatch(message)
  })

  test.each<[string, Parameters<typeof client.call>[2], string]>([
    ['JSON', { body: '{}', headers: { 'content-type': 'application/json' } }, 'MALFORMED_REQUEST'],
    [
      'half a form',
      { body: '--x\r\n', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      'MALFORMED_REQUEST',
    ],
    ['an empty form', { body: new FormData() }, 'VALIDATION_ERROR'],
    ['a manifest that is not JSON', { body: uploadOf('{', BUNDLE) }, 'MALFORMED_REQUEST'],
  ])('sent as %s is refused', async (_, request, code) => {
    const { id } = await create()
    const { status, error } = await client.call('POST', `/api/projects/${id}/versions`, {
      as: builder,
      ...request,
    })
    expect([status, error.code]).toEqual([400, code])
  })
})
