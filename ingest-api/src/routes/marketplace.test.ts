import { describe, expect, test } from 'vitest'
import type { Login, Offer, Project } from '../../../schema/wire/api'
import { BUNDLE, manifestOf } from '../testing-client'
import { admin, builder, client, endUser, project } from '../testing-people'

describe('the marketplace', () => {
  const listed = async (as: Login) =>
    (await client.call<Offer[]>('GET', '/api/marketplace?limit=100', { as })).data.map(({ id }) => id)
  const submit = (id: string) => client.call('POST', `/api/projects/${id}/submit`, { as: builder })
  const review = (id: string, body: object) =>
    client.call('PATCH', `/api/admin/projects/${id}`, { as: admin, body })

  test('lists a project once the platform has approved it; its link works from its release on', async () => {
    const { id } = await client.releasedProject(builder)
    const look = async () => [
      (await listed(endUser)).includes(id),
      (await client.call('GET', `/api/marketplace/${id}`, { as: endUser })).status,
      (await client.implement(endUser, id)).status,
    ]
    expect(await look()).toEqual([false, 200, 201])
    await submit(id)
    expect(await look()).toEqual([false, 200, 201])
    await review(id, { decision: 'reject', reason: 'It says nothing about its data' })
    expect(await look()).toEqual([false, 200, 201])
    await submit(id)
    await review(id, { decision: 'approve' })
    expect(await look()).toEqual([true, 200, 201])
    await client.publish(builder, id, '1.1.0')
    await client.release(builder, id, '1.1.0')
    expect(await look()).toEqual([true, 200, 201])
    await review(id, { decision: 'suspend', reason: 'It sends data elsewhere' })
    expect(await look()).toEqual([false, 404, 404])
    await review(id, { decision: 'restore' })
    expect(await look()).toEqual([false, 200, 201])
  })

  test('shows one’s own work to oneself before anybody has looked at it', async () => {
    const { id } = await client.releasedProject(builder)
    expect(await listed(builder)).toContain(id)
    expect(await listed(await client.person('builder'))).not.toContain(id)
  })

  test('offers what has a stable release, page by page', async () => {
    await submit(project.id)
    await review(project.id, { decision: 'approve' })
    const draft = (
      await client.call<Project>('POST', '/api/projects', { as: builder, body: { name: 'A draft' } })
    ).data
    const { data, pagination } = await client.call<Offer[]>('GET', '/api/marketplace?limit=100', {
      as: endUser,
    })
    expect(data.find(({ id }) => id === project.id)).toMatchObject({
      builder: { id: builder.user.id, name: builder.user.name },
      title: 'Poll',
      latestVersion: '1.0.0',
      channels: [{ name: 'stable', version: '1.0.0' }],
      presets: manifestOf(BUNDLE).presets,
    })
    expect(data.map(({ id }) => id)).not.toContain(draft.id)
    expect(pagination.total).toBe(data.length)
    expect((await client.call('GET', `/api/marketplace/${project.id}`, { as: endUser })).status).toBe(200)
    expect((await client.call('GET', `/api/marketplace/${draft.id}`, { as: endUser })).status).toBe(404)
    expect((await client.call('GET', '/api/marketplace')).status).toBe(401)
  })
})
