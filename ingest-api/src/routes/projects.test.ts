import { and, eq, sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { auditLog } from '../../../schema/tables/audit'
import { releases } from '../../../schema/tables/projects'
import type { Login, Project, Release, RollbackPreview } from '../../../schema/wire/api'
import type { JsonObject } from '../../../schema/wire/json'
import { BUNDLE, manifestOf, uploadOf } from '../testing-client'
import { admin, builder, client, endUser, handles, otherBuilder } from '../testing-people'

const create = (as = builder) => client.newProject(as)
const get = (id: string, as = builder) => client.call<Project>('GET', `/api/projects/${id}`, { as })
const rollback = <T = Release>(id: string, body: JsonObject) =>
  client.call<T>('POST', `/api/projects/${id}/channels/stable/rollback`, { as: builder, body })

describe('a project', () => {
  test('is created with a slug from its name', async () => {
    const { status, data } = await client.call<Project>('POST', '/api/projects', {
      as: builder,
      body: { name: 'Café Poll!', description: 'Two answers' },
    })
    expect(status).toBe(201)
    expect(data).toMatchObject({
      builderId: builder.user.id,
      name: 'Café Poll!',
      slug: 'cafe-poll',
      description: 'Two answers',
      kind: 'widget',
      status: 'draft',
      channels: [],
      latestVersion: null,
      implementations: 0,
    })
    expect(data.id).toMatch(/^pr_[\w-]{21}$/)
    expect((await get(data.id)).data).toEqual(data)
  })

  test('shares no slug with another of the same builder', async () => {
    const post = (as: Login) =>
      client.call('POST', '/api/projects', { as, body: { name: 'Quiz', slug: 'quiz' } })
    expect((await post(builder)).status).toBe(201)
    const { status, error } = await post(builder)
    expect([status, error.code]).toEqual([409, 'RESOURCE_CONFLICT'])
    expect((await post(otherBuilder)).status).toBe(201)
  })

  test.each<[string, JsonObject]>([
    ['name', {}],
    ['name', { name: '' }],
    ['name', { name: 'two\nlines' }],
    ['slug', { name: 'A', slug: 'Not A Slug' }],
    ['kind', { name: 'A', kind: 'game' }],
    ['builderId', { name: 'A', builderId: 'us_somebodyelse' }],
    ['status', { name: 'A', status: 'published' }],
  ])('with a wrong %s is refused', async (path, body) => {
    const { status, error } = await client.call('POST', '/api/projects', { as: builder, body })
    expect([status, error.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(error.details?.fields?.map((field) => field.path)).toEqual([path])
  })

  test('is changed field by field', async () => {
    const { id, slug } = await create()
    const { data } = await client.call<Project>('PATCH', `/api/projects/${id}`, {
      as: builder,
      body: { name: 'New' },
    })
    expect(data).toMatchObject({ name: 'New', slug })
    const taken = await client.call('PATCH', `/api/projects/${id}`, {
      as: builder,
      body: { slug: (await create()).slug },
    })
    expect(taken.status).toBe(409)
  })

  test('goes when it is deleted, and not while a site uses it', async () => {
    const { id } = await create()
    expect((await client.call('DELETE', `/api/projects/${id}`, { as: builder })).status).toBe(200)
    expect((await get(id)).status).toBe(404)
    const used = await client.releasedProject(builder)
    await client.implement(endUser, used.id)
    const { status, error } = await client.call('DELETE', `/api/projects/${used.id}`, { as: builder })
    expect([status, error.code]).toEqual([409, 'RESOURCE_CONFLICT'])
  })

  test('keeps a record of what was done to it', async () => {
    const { id } = await create()
    const { headers } = await client.call('PATCH', `/api/projects/${id}`, {
      as: builder,
      body: { name: 'Renamed' },
    })
    const [row] = await handles.db
      .select()
      .from(auditLog)
      .where(and(eq(auditLog.resourceId, id), eq(auditLog.action, 'project.update')))
    expect(row).toMatchObject({
      actorId: builder.user.id,
      actorPersona: 'builder',
      after: { name: 'Renamed' },
      requestId: headers.get('x-request-id'),
    })
  })
})

describe('the list of projects', () => {
  test('holds the own ones, page by page, and can be asked for a slug', async () => {
    const owner = await client.person('builder')
    const made = [await create(owner), await create(owner), await create(owner)]
    const list = (query: string, as = owner) => client.call<Project[]>('GET', `/api/projects${query}`, { as })
    expect((await list('')).pagination).toEqual({ page: 1, limit: 20, total: 3, totalPages: 1 })
    const pages = [await list('?limit=2'), await list('?limit=2&page=2')]
    expect(pages.map(({ data }) => data.length)).toEqual([2, 1])
    expect(pages.flatMap(({ data }) => data.map(({ id }) => id)).sort()).toEqual(
      made.map(({ id }) => id).sort(),
    )
    expect((await list(`?slug=${made[1]!.slug}`)).data.map(({ id }) => id)).toEqual([made[1]!.id])
    expect((await list('?limit=100', admin)).pagination.total).toBeGreaterThan(3)
  })

  test.each(['limit=0', 'limit=101', 'page=0', 'page=x', 'page=1.5', 'slug=%00'])(
    'refuses ?%s',
    async (query) => {
      expect((await client.call('GET', `/api/projects?${query}`, { as: builder })).status).toBe(400)
    },
  )
})

describe('a release', () => {
  test('moves the channel, and the same again changes nothing', async () => {
    const { id } = await create()
    await client.publish(builder, id, '1.0.0')
    await client.publish(builder, id, '1.1.0')
    const release = async (version: string) => {
      const path = `/api/projects/${id}/channels/stable/release`
      return client.call<Release>('POST', path, { as: builder, body: { version } })
    }
    const first = await release('1.0.0')
    expect(first.status).toBe(201)
    expect(first.data).toMatchObject({
      channel: 'stable',
      version: '1.0.0',
      previousVersion: null,
      kind: 'release',
    })
    const again = await release('1.0.0')
    expect([again.status, again.data]).toEqual([200, first.data])
    expect((await release('1.1.0')).data).toMatchObject({
      version: '1.1.0',
      previousVersion: '1.0.0',
      actorId: builder.user.id,
    })
    const { data } = await get(id)
    expect(data.channels).toEqual([
      { name: 'stable', version: '1.1.0', releasedAt: expect.any(Number) as number },
    ])
  })

  test('rolls back with a reason, and stays on record', async () => {
    const { id } = await client.releasedProject(builder)
    await client.publish(builder, id, '2.0.0')
    await client.release(builder, id, '2.0.0')
    await client.implement(endUser, id)
    const preview = await rollback<RollbackPreview>(id, {
      version: '1.0.0',
      reason: 'It blinks',
      dryRun: true,
    })
    expect(preview.data).toMatchObject({ version: '1.0.0', previousVersion: '2.0.0', implementations: 1 })
    expect((await get(id)).data.channels[0]!.version).toBe('2.0.0')
    const { status, data } = await rollback(id, { version: '1.0.0', reason: 'It blinks' })
    expect(status).toBe(201)
    expect(data).toMatchObject({
      kind: 'rollback',
      version: '1.0.0',
      previousVersion: '2.0.0',
      reason: 'It blinks',
    })
    expect((await get(id)).data.channels[0]!.version).toBe('1.0.0')
    expect(await handles.db.select().from(releases).where(eq(releases.projectId, id))).toHaveLength(3)
    await expect(handles.db.delete(releases).where(eq(releases.projectId, id))).rejects.toThrow()
  })

  test('needs what it names', async () => {
    const { id } = await create()
    await client.publish(builder, id, '1.0.0')
    const status = async (channel: string, verb: string, body: JsonObject) =>
      (await client.call('POST', `/api/projects/${id}/channels/${channel}/${verb}`, { as: builder, body }))
        .status
    expect(await status('stable', 'rollback', { version: '1.0.0', reason: 'None' })).toBe(409)
    expect(await status('stable', 'release', { version: '9.9.9' })).toBe(404)
    expect(await status('stable', 'release', {})).toBe(400)
    expect(await status('Not%20a%20channel', 'release', { version: '1.0.0' })).toBe(400)
    expect(await status('beta', 'release', { version: '1.0.0' })).toBe(201)
    expect(await status('beta', 'rollback', { version: '1.0.0' })).toBe(400)
    expect(await status('beta', 'rollback', { version: '1.0.0', reason: 'None' })).toBe(409)
  })

  test('of two at once leaves one line of history', async () => {
    const { id } = await create()
    for (const version of ['1.0.0', '2.0.0']) await client.publish(builder, id, version)
    await Promise.all(
      ['1.0.0', '2.0.0', '1.0.0', '2.0.0'].map((version) => client.release(builder, id, version)),
    )
    const rows = await handles.db
      .select()
      .from(releases)
      .where(eq(releases.projectId, id))
      .orderBy(releases.sequence)
    rows.forEach((row, index) => expect(row.previousVersionId).toBe(rows[index - 1]?.versionId ?? null))
    const live = await handles.db.execute(sql`select version_id from channels where project_id = ${id}`)
    expect(live[0]!.version_id).toBe(rows.at(-1)!.versionId)
  })
})

describe('every route of a project', () => {
  const routes: [string, string, unknown?][] = [
    ['GET', ''],
    ['PATCH', '', { name: 'Taken over' }],
    ['DELETE', ''],
    ['POST', '/versions', uploadOf(manifestOf(BUNDLE), BUNDLE)],
    ['GET', '/versions'],
    ['POST', '/channels/stable/release', { version: '1.0.0' }],
    ['POST', '/channels/stable/rollback', { version: '1.0.0', reason: 'Mine now' }],
    ['POST', '/channels/stable/rollback', { version: '1.0.0', reason: 'Mine now', dryRun: true }],
  ]
  test.each(routes)('%s %s is closed to everybody else', async (method, path, body) => {
    const { id } = await client.releasedProject(builder)
    const status = async (as: Login | undefined, project: string) =>
      (await client.call(method, `/api/projects/${project}${path}`, { as, body })).status
    expect(await status(undefined, id)).toBe(401)
    expect(await status(endUser, id)).toBe(403)
    expect(await status(otherBuilder, id)).toBe(404)
    for (const unknown of ['pr_000000000000000000000', 'nonsense', '%00', "'%20or%201=1"])
      expect(await status(builder, unknown)).toBe(404)
  })

  test('is open to the super admin', async () => {
    const { id } = await client.releasedProject(builder)
    expect((await get(id, admin)).status).toBe(200)
  })
})
