import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { projects } from '../../../schema/tables/projects'
import type { Implementation, Login, Project } from '../../../schema/wire/api'
import type { JsonObject } from '../../../schema/wire/json'
import { findLiveImplementation } from '../implementations/find-live-implementation'
import { BUNDLE, manifestOf } from '../testing-client'
import {
  admin,
  builder,
  client,
  endUser,
  handles,
  otherBuilder,
  otherEndUser,
  project,
} from '../testing-people'

const implemented = async (more?: JsonObject) => (await client.implement(endUser, project.id, more)).data
const get = (id: string, as = endUser) => client.call<Implementation>('GET', `/api/widgets/${id}`, { as })
const pin = (id: string, version: string | null) =>
  client.call<Implementation>('PUT', `/api/widgets/${id}/pin`, { as: endUser, body: { version } })
const setStatus = (id: string, status: string, as = endUser) =>
  client.call<Implementation>('PATCH', `/api/widgets/${id}/status`, { as, body: { status } })

describe('implementing', () => {
  test('answers the embed code, the origin of the page and the defaults', async () => {
    const { status, data } = await client.implement(endUser, project.id, {
      configuration: { question: 'Tea?' },
    })
    expect(status).toBe(201)
    expect(data).toMatchObject({
      name: `${project.name} on shop.example`,
      projectId: project.id,
      projectName: project.name,
      builderId: builder.user.id,
      endUserId: endUser.user.id,
      implementationUrl: 'https://shop.example/page',
      origins: ['https://shop.example'],
      channel: 'stable',
      pinnedVersion: null,
      version: '1.0.0',
      status: 'active',
      configuration: { question: 'Tea?', answers: ['Coffee', 'Tea'] },
      usageCount: 0,
      lastActivity: null,
    })
    expect(data.configSchema).toEqual(manifestOf(BUNDLE).config)
    expect(data.embedCode).toContain(`<oriel-widget implementation="${data.id}">`)
    expect(data.embedCode).toContain(`src="http://oriel.test/w/${data.id}"`)
    expect((await get(data.id)).data).toEqual(data)
    const [row] = await handles.db
      .select()
      .from(widgetImplementations)
      .where(eq(widgetImplementations.id, data.id))
    expect(row!.configuration).toEqual({ question: 'Tea?' })
    expect(row!.embedCode).toBe(data.embedCode)
  })

  test('takes a name and further origins in their one spelling', async () => {
    const origins = ['HTTPS://Blog.Shop.Example/', 'https://*.shop.example', 'https://shop.example:443']
    const data = await implemented({ name: 'Front page', origins })
    expect(data.name).toBe('Front page')
    expect(data.origins).toEqual([
      'https://*.shop.example',
      'https://blog.shop.example',
      'https://shop.example',
    ])
  })

  test.each<[string, JsonObject, string]>([
    ['projectId', { projectId: 'nonsense' }, 'Must be the id of a project.'],
    [
      'implementationUrl',
      { implementationUrl: 'shop.example' },
      'Must be the address of a web page, starting with https:// or http://.',
    ],
    [
      'implementationUrl',
      { implementationUrl: 'javascript:alert(1)' },
      'Must be the address of a web page, starting with https:// or http://.',
    ],
    [
      'implementationUrl',
      { implementationUrl: 'https://me:pw@shop.example' },
      'Must be the address of a web page, starting with https:// or http://.',
    ],
    [
      'origins.0',
      { origins: ["https://a.example 'self'"] },
      'Must be an origin such as https://example.com or https://*.example.com, without a path.',
    ],
    ['endUserId', { endUserId: 'us_somebody' }, 'Is not known here.'],
    ['status', { status: 'suspended' }, 'Is not known here.'],
    ['configuration', { configuration: [] }, 'Must be an object.'],
    ['configuration.question', { configuration: { question: 5 } }, 'Must be of the type string.'],
    [
      'configuration.question',
      { configuration: { question: 'x'.repeat(41) } },
      'Must not have more than 40 characters.',
    ],
    ['configuration.answers.1', { configuration: { answers: ['a', 1] } }, 'Must be of the type string.'],
    ['configuration.color', { configuration: { color: 'green' } }, 'Must be one of red, blue.'],
    ['configuration.size', { configuration: { size: 1 } }, 'Is not a setting of this widget.'],
  ])('refuses a wrong %s (%j)', async (path, more, message) => {
    const { status, error } = await client.implement(endUser, project.id, more)
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(error.details?.fields).toEqual([{ path, message }])
  })

  test('needs a release on the channel, and without any release the project is not to be seen', async () => {
    const { data } = await client.call<Project>('POST', '/api/projects', {
      as: builder,
      body: { name: 'Unreleased' },
    })
    expect((await client.implement(endUser, data.id)).status).toBe(404)
    const { status, error } = await client.implement(endUser, project.id, { channel: 'beta' })
    expect([status, error.code]).toEqual([409, 'RESOURCE_CONFLICT'])
  })

  test('finds neither an unknown nor a suspended project', async () => {
    expect((await client.implement(endUser, 'pr_000000000000000000000')).status).toBe(404)
    const suspended = await client.releasedProject(builder)
    await handles.db.update(projects).set({ status: 'suspended' }).where(eq(projects.id, suspended.id))
    expect((await client.implement(endUser, suspended.id)).status).toBe(404)
  })

  test('is for end users', async () => {
    expect((await client.implement(builder, project.id)).status).toBe(403)
    const body = { projectId: project.id, implementationUrl: 'https://shop.example' }
    expect((await client.call('POST', '/api/widgets/implement', { body })).status).toBe(401)
  })
})

describe('origins, pins and status', () => {
  test('origins are replaced as a whole', async () => {
    const { id } = await implemented()
    const put = (origins: unknown) =>
      client.call<Implementation>('PUT', `/api/widgets/${id}/origins`, { as: endUser, body: { origins } })
    expect((await put(['https://new.example', 'https://NEW.example'])).data.origins).toEqual([
      'https://new.example',
    ])
    expect((await put([])).status).toBe(400)
    expect((await put(['https://new.example/path'])).error.details?.fields?.[0]?.path).toBe('origins.0')
    expect((await get(id)).data.origins).toEqual(['https://new.example'])
  })

  test('a pin wins against a release, until it is taken away', async () => {
    const own = await client.releasedProject(builder)
    const { id } = (await client.implement(endUser, own.id)).data
    expect((await pin(id, '1.0.0')).data).toMatchObject({ pinnedVersion: '1.0.0', version: '1.0.0' })
    await client.publish(builder, own.id, '2.0.0')
    expect((await pin(id, '2.0.0')).status).toBe(404)
    await client.release(builder, own.id, '2.0.0')
    expect((await get(id)).data.version).toBe('1.0.0')
    expect((await findLiveImplementation(handles, id))?.version).toBe('1.0.0')
    expect((await pin(id, null)).data).toMatchObject({ pinnedVersion: null, version: '2.0.0' })
    expect((await pin(id, '9.9.9')).status).toBe(404)
    expect((await pin(id, 'latest')).status).toBe(400)
  })

  test('the owner pauses; the builder and the platform suspend and lift it', async () => {
    const { id } = await implemented()
    expect((await setStatus(id, 'paused')).data.status).toBe('paused')
    expect((await setStatus(id, 'suspended')).status).toBe(403)
    expect((await setStatus(id, 'active', builder)).status).toBe(403)
    expect((await setStatus(id, 'suspended', otherBuilder)).status).toBe(404)
    expect((await setStatus(id, 'suspended', builder)).data).toEqual({ id, status: 'suspended' })
    expect((await setStatus(id, 'active')).status).toBe(403)
    expect((await setStatus(id, 'active', admin)).data.status).toBe('active')
    expect((await setStatus(id, 'over_limit', admin)).status).toBe(400)
  })
})

describe('every route of an implementation', () => {
  const routes: [string, string, unknown?][] = [
    ['GET', ''],
    ['PATCH', '/configuration', { configuration: {} }],
    ['PUT', '/origins', { origins: ['https://evil.example'] }],
    ['PUT', '/pin', { version: null }],
    ['PATCH', '/status', { status: 'paused' }],
  ]
  test.each(routes)('%s %s is closed to everybody else', async (method, path, body) => {
    const { id } = await implemented()
    const status = async (as: Login | undefined, widget: string) =>
      (await client.call(method, `/api/widgets/${widget}${path}`, { as, body })).status
    expect(await status(undefined, id)).toBe(401)
    expect(await status(builder, id)).toBe(403)
    expect(await status(otherEndUser, id)).toBe(404)
    for (const unknown of ['im_000000000000000000000', 'nonsense', '%00'])
      expect(await status(endUser, unknown)).toBe(404)
    expect(await status(endUser, id)).toBe(200)
    expect(await status(admin, id)).toBe(200)
  })
})
