import { describe, expect, test } from 'vitest'
import type { EndUserDashboard, IngestReport, Usage } from '../../../schema/wire/api'
import { batch, event, HOUR, send, stored, tokenFor } from '../testing-batches'
import { builder, client, endUser, handles } from '../testing-people'

describe('accounting', () => {
  test('adds up to the unit, and shows refusals with a reason and an example to the builder alone', async () => {
    const owner = await client.person('builder')
    const project = await client.releasedProject(owner)
    const mine = (await client.implement(endUser, project.id)).data
    const token = await tokenFor(mine)
    const events = [event(), event(), event()]
    const old = event({ name: 'ancient' }, Date.now() - 50 * HOUR)
    await send(await batch([...events, old, 'nonsense'], token))
    await send(await batch(events.slice(0, 2), token))
    await send(await batch([old], token))
    // One that the window no longer knows meets its twin in the store.
    await handles.clickhouse.insert(
      'ingest_outcomes',
      'test:late',
      JSON.stringify({
        builder_id: owner.user.id,
        implementation_id: mine.id,
        day: new Date().toISOString().slice(0, 10),
        outcome: 'accepted',
        events: 1,
      }),
    )
    await stored([])
    const path = `/api/builders/me/ingest`
    const { data } = await client.call<IngestReport>('GET', path, { as: owner })
    expect(data.totals).toEqual({ received: 9, stored: 3, duplicates: 3, quarantined: 0, refused: 3 })
    const { received, ...parts } = data.totals
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(received)
    expect(data.refusals.map(({ reason, events }) => [reason, events])).toEqual([
      ['invalid_event', 1],
      ['too_old', 2],
    ])
    expect(data.refusals[1]).toMatchObject({
      implementationId: mine.id,
      message: 'The event is older than 48 hours.',
    })
    expect(JSON.parse(data.refusals[1]!.example)).toMatchObject({ id: old.id, name: 'ancient' })
    const other = await client.call<IngestReport>('GET', path, { as: await client.person('builder') })
    expect(other.data.totals.received).toBe(0)
  })
})

describe('usage', () => {
  test('counts each id once and shows it to its end user and builder alone', async () => {
    const other = await client.person('end_user')
    const project = await client.releasedProject(builder)
    const mine = (await client.implement(endUser, project.id)).data
    const theirs = (await client.implement(other, project.id)).data
    const events = [
      event(),
      event({ type: 'interaction', name: 'vote', data: { answer: 'Tea' } }),
      event({ type: 'error' }),
    ]
    const token = await tokenFor(mine)
    await send(await batch(events, token))
    await send(await batch(events, token))
    await send(await batch([event()], await tokenFor(theirs)))
    await stored([])
    const usage = await client.call<Usage>(
      'GET',
      `/api/end-users/me/usage?implementation=${mine.id}&interval=hour`,
      {
        as: endUser,
      },
    )
    expect(usage.data.totals).toEqual({ loads: 1, interactions: 1, errors: 1, sessions: 1, visitors: 1 })
    expect(usage.data.series.reduce((sum, point) => sum + point.loads, 0)).toBe(1)
    const foreign = await client.call('GET', `/api/end-users/me/usage?implementation=${theirs.id}`, {
      as: endUser,
    })
    expect(foreign.status).toBe(404)
    const { data } = await client.call<EndUserDashboard>('GET', '/api/end-users/me/dashboard', { as: other })
    expect(data.usage.totals).toMatchObject({ loads: 1, interactions: 0 })
    expect(data.recent).toHaveLength(1)
    expect(data.widgets.map(({ id }) => id)).toEqual([theirs.id])
  })

  test('of nothing is zeros, not an error', async () => {
    const nobody = await client.person('end_user')
    const { data } = await client.call<EndUserDashboard>('GET', '/api/end-users/me/dashboard', { as: nobody })
    expect(data.usage.totals).toEqual({ loads: 0, interactions: 0, errors: 0, sessions: 0, visitors: 0 })
    expect(data.usage.series.length).toBeGreaterThan(28)
    expect(data).toMatchObject({
      widgets: [],
      recent: [],
      billing: { currency: 'USD', total: 0, monthly: 0 },
    })
  })
})
