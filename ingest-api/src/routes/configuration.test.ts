import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { projects } from '../../../schema/tables/projects'
import type { Implementation, Runtime } from '../../../schema/wire/api'
import type { JsonObject } from '../../../schema/wire/json'
import { findLiveImplementation, getBundle } from '../implementations/find-live-implementation'
import { BUNDLE, manifestOf } from '../testing-client'
import { builder, client, endUser, handles, project } from '../testing-people'

const implemented = async (more?: JsonObject) => (await client.implement(endUser, project.id, more)).data
const get = (id: string, as = endUser) => client.call<Implementation>('GET', `/api/widgets/${id}`, { as })
const configure = (id: string, configuration: JsonObject) =>
  client.call<Implementation>('PATCH', `/api/widgets/${id}/configuration`, {
    as: endUser,
    body: { configuration },
  })
const setStatus = (id: string, status: string, as = endUser) =>
  client.call<Implementation>('PATCH', `/api/widgets/${id}/status`, { as, body: { status } })
const runtime = (id: string) => client.call<Runtime>('GET', `/api/modules/${id}/runtime`)

describe('configuring', () => {
  test('changes what it names, and null returns to the default', async () => {
    const { id } = await implemented({ configuration: { question: 'Tea?', color: 'red' } })
    const { status, data } = await configure(id, { color: 'blue' })
    expect(status).toBe(200)
    expect(data.configuration).toEqual({ question: 'Tea?', answers: ['Coffee', 'Tea'], color: 'blue' })
    expect((await configure(id, { question: null, color: null })).data.configuration).toEqual({
      question: 'Coffee or tea?',
      answers: ['Coffee', 'Tea'],
    })
    const [row] = await handles.db
      .select()
      .from(widgetImplementations)
      .where(eq(widgetImplementations.id, id))
    expect(row).toMatchObject({ configuration: {}, configurationRevision: 3 })
  })

  test('names every wrong field and changes nothing', async () => {
    const { id } = await implemented()
    const { status, error } = await configure(id, { question: 5, color: 'green', size: 1 })
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(error.details?.fields?.map(({ path }) => path).sort()).toEqual([
      'configuration.color',
      'configuration.question',
      'configuration.size',
    ])
    expect((await get(id)).data.configuration).toEqual({
      question: 'Coffee or tea?',
      answers: ['Coffee', 'Tea'],
    })
  })

  test('loses nothing when two change different settings at once', async () => {
    const { id } = await implemented()
    await Promise.all([configure(id, { question: 'Both?' }), configure(id, { color: 'red' })])
    expect((await get(id)).data.configuration).toMatchObject({ question: 'Both?', color: 'red' })
  })

  test('takes later defaults, and keeps aside what a version no longer knows', async () => {
    const own = await client.releasedProject(builder)
    const { data } = await client.implement(endUser, own.id, { configuration: { color: 'red' } })
    const config = {
      type: 'object',
      properties: { question: { type: 'string', default: 'New default' } },
      additionalProperties: false,
    }
    await client.publish(builder, own.id, '2.0.0', { config, presets: [] })
    await client.release(builder, own.id, '2.0.0')
    expect((await get(data.id)).data.configuration).toEqual({ question: 'New default' })
    expect((await configure(data.id, { question: 'Mine' })).data.configuration).toEqual({ question: 'Mine' })
    expect((await configure(data.id, { color: 'blue' })).status).toBe(400)
    await client.release(builder, own.id, '1.0.0')
    expect((await get(data.id)).data.configuration).toMatchObject({ question: 'Mine', color: 'red' })
  })

  test('does not hang on a pattern that would take years', async () => {
    const own = await client.releasedProject(builder, {
      config: { type: 'object', properties: { question: { type: 'string', pattern: '^(a+)+$' } } },
      presets: [],
    })
    const started = performance.now()
    const { status } = await client.implement(endUser, own.id, {
      configuration: { question: `${'a'.repeat(60)}!` },
    })
    expect(status).toBe(400)
    // On a machine that is busy with others it gets more time before it is given up.
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})

describe('what a frame is made of', () => {
  test('comes in one look', async () => {
    const { id } = await implemented({ configuration: { color: 'red' } })
    const live = await findLiveImplementation(handles, id)
    expect(live).toEqual({
      id,
      name: `${project.name} on shop.example`,
      title: 'Poll',
      projectId: project.id,
      builderId: builder.user.id,
      endUserId: endUser.user.id,
      retentionDays: 395,
      status: 'active',
      origins: ['https://shop.example'],
      configuration: { question: 'Coffee or tea?', answers: ['Coffee', 'Tea'], color: 'red' },
      version: '1.0.0',
      integrity: manifestOf(BUNDLE).integrity,
      manifest: manifestOf(BUNDLE),
    })
    expect(await getBundle(handles, live!.integrity!)).toBe(BUNDLE)
  })

  test('is nothing for an unknown id, and suspended with its project', async () => {
    expect(await findLiveImplementation(handles, 'im_000000000000000000000')).toBeUndefined()
    const own = await client.releasedProject(builder)
    const { id } = (await client.implement(endUser, own.id)).data
    await handles.db.update(projects).set({ status: 'suspended' }).where(eq(projects.id, own.id))
    expect((await findLiveImplementation(handles, id))?.status).toBe('suspended')
  })
})

describe('the runtime', () => {
  test('is public, without whose it is', async () => {
    const { id } = await implemented()
    const { status, data } = await runtime(id)
    expect(status).toBe(200)
    expect(data).toEqual({
      id,
      status: 'active',
      title: 'Poll',
      version: '1.0.0',
      integrity: manifestOf(BUNDLE).integrity,
      permissions: manifestOf(BUNDLE).permissions,
      events: manifestOf(BUNDLE).events,
      height: 320,
      configuration: { question: 'Coffee or tea?', answers: ['Coffee', 'Tea'] },
    })
  })

  test('is closed while paused, and unknown for an unknown id', async () => {
    const { id } = await implemented()
    await setStatus(id, 'paused')
    expect((await runtime(id)).status).toBe(403)
    expect((await runtime('im_000000000000000000000')).status).toBe(404)
    expect((await runtime('nonsense')).status).toBe(404)
  })
})
