import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundles, sourceMaps, versions } from '../../../schema/tables/projects'
import type { Login, Project, Version } from '../../../schema/wire/api'
import type { FieldError } from '../../../schema/wire/error'
import { openBundleFetch } from '../projects/fetch-bundle'
import { CERTIFICATE, startBundleHost } from '../projects/testing/bundle-host'
import { createTestHandles, type TestHandles } from '../testing'
import { BUNDLE, createClient, manifestOf } from '../testing-client'

let handles: TestHandles
let client: ReturnType<typeof createClient>
let builder: Login
let host: Awaited<ReturnType<typeof startBundleHost>>
let hosted: string | undefined
beforeAll(async () => {
  handles = await createTestHandles()
  host = await startBundleHost((_, response) =>
    response.writeHead(hosted === undefined ? 404 : 200).end(hosted),
  )
  const allow = (ip: string) => ip === '127.0.0.1' || ip === '::1'
  client = createClient({ ...handles, fetchBundle: openBundleFetch({ allow, ca: CERTIFICATE }) })
  builder = await client.person('builder')
})
afterAll(async () => {
  await host.close()
  await handles.close()
})

const formOf = (fields: Record<string, string | Blob>) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}
const publish = (
  id: string,
  fields: Record<string, string | Blob>,
  headers?: Record<string, string>,
  by = client,
) =>
  by.call<Version>('POST', `/api/projects/${id}/versions`, {
    as: builder,
    body: formOf(fields),
    ...(headers && { headers }),
  })
let counter = 0
const create = async () =>
  (await client.call<Project>('POST', '/api/projects', { as: builder, body: { name: `Poll ${++counter}` } }))
    .data.id
const addressOf = () => `https://localhost:${host.port}/bundle.js`
const manifest = JSON.stringify(manifestOf(BUNDLE))

/** Holds that a refusal names these fields and that nothing was stored. */
async function expectRefused(id: string, answer: Awaited<ReturnType<typeof publish>>, fields: FieldError[]) {
  expect([answer.status, answer.error.code]).toEqual([400, 'VALIDATION_ERROR'])
  expect(answer.error.details?.fields).toEqual(fields)
  expect(await handles.db.select().from(versions).where(eq(versions.projectId, id))).toEqual([])
}
const fieldOf = (path: string, pattern: RegExp) => ({
  path,
  message: expect.stringMatching(pattern) as string,
})

describe('a hosted bundle', () => {
  test('is fetched once, kept, and published as if it had been uploaded', async () => {
    const id = await create()
    hosted = BUNDLE
    host.asked.length = 0
    const map = JSON.stringify({ version: 3, sources: ['poll.tsx'], mappings: '' })
    const key = { 'idempotency-key': 'once-and-for-all' }
    const fields = { bundleUrl: addressOf(), manifest, sourceMap: map }
    const { status, data } = await publish(id, fields, key)
    expect([status, data.version, data.size]).toEqual([201, '1.0.0', BUNDLE.length])
    hosted = 'something(else)'
    expect((await publish(id, fields, key)).data).toEqual(data)
    expect(host.asked).toHaveLength(1)
    const [kept] = await handles.db.select().from(bundles).where(eq(bundles.integrity, data.integrity))
    expect(Buffer.from(kept!.code).toString()).toBe(BUNDLE)
    const [mapped] = await handles.db.select().from(sourceMaps).where(eq(sourceMaps.versionId, data.id))
    expect(Buffer.from(mapped!.map).toString()).toBe(map)
    const uploaded = await publish(id, { bundle: new Blob([BUNDLE]), manifest })
    expect([uploaded.status, uploaded.data]).toEqual([200, data])
  })

  test('that is not what its manifest says is refused', async () => {
    const id = await create()
    hosted = `${BUNDLE}// changed`
    await expectRefused(id, await publish(id, { bundleUrl: addressOf(), manifest }), [
      fieldOf('manifest.size', /Says 28 bytes/),
      fieldOf('manifest.integrity', /Is not the bundle's/),
    ])
  })

  test('that is not there is refused, by its status and no word of its host', async () => {
    const id = await create()
    hosted = undefined
    await expectRefused(id, await publish(id, { bundleUrl: addressOf(), manifest }), [
      { path: 'bundleUrl', message: 'Answers with status 404 instead of 200.' },
    ])
  })

  test('on this machine is refused, unless a test says otherwise', async () => {
    const id = await create()
    hosted = BUNDLE
    host.asked.length = 0
    const answer = await publish(id, { bundleUrl: addressOf(), manifest }, {}, createClient(handles))
    await expectRefused(id, answer, [fieldOf('bundleUrl', /nothing public answers there/)])
    expect(host.asked).toEqual([])
  })

  test('is not asked for on behalf of who may not publish there', async () => {
    const id = await create()
    host.asked.length = 0
    const stranger = await client.person('builder')
    const body = formOf({ bundleUrl: addressOf(), manifest })
    const { status } = await client.call('POST', `/api/projects/${id}/versions`, { as: stranger, body })
    expect([status, host.asked]).toEqual([404, []])
  })

  test.each<[string, () => Record<string, string | Blob>, FieldError[]]>([
    [
      'both',
      () => ({ bundle: new Blob([BUNDLE]), bundleUrl: addressOf(), manifest }),
      [fieldOf('bundleUrl', /Stands in place of bundle/)],
    ],
    ['none', () => ({ manifest }), [fieldOf('bundle', /Is required, or else bundleUrl/)]],
    ['nothing at all', () => ({}), [fieldOf('bundle', /Is required/), fieldOf('manifest', /Is required/)]],
    [
      'http',
      () => ({ bundleUrl: 'http://x.example/bundle.js', manifest }),
      [fieldOf('bundleUrl', /starts with https/)],
    ],
  ])('sent with %s is refused by field', async (_, fields, expected) => {
    const id = await create()
    await expectRefused(id, await publish(id, fields()), expected)
  })
})
