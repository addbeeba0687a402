import { eq, sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { releases } from '../../../schema/tables/projects'
import type { Project, Release, RollbackPreview } from '../../../schema/wire/api'
import type { JsonObject } from '../../../schema/wire/json'
import { builder, client, endUser, handles } from '../testing-people'

const create = (as = builder) => client.newProject(as)
const get = (id: string, as = builder) => client.call<Project>('GET', `/api/projects/${id}`, { as })
const rollback = <T = Release>(id: string, body: JsonObject) =>
  client.call<T>('POST', `/api/projects/${id}/channels/stable/rollback`, { as: builder, body })

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
