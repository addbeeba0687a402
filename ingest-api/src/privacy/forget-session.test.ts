import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { jobs } from '../../../schema/tables/jobs'
import type { EndUserDashboard, Usage } from '../../../schema/wire/api'
import type { Job } from '../../../schema/wire/job'
import type { ClickHouse } from '../clickhouse'
import {
  again,
  builder,
  client,
  handles,
  HOUR,
  jobOf,
  NOBODY,
  now,
  owner,
  pass,
  rowsOf,
  setNow,
  visitWidget,
  whereIn,
  widget,
} from '../testing-privacy'
import { runDue } from './run-jobs'

const usageOf = async () =>
  (await client.call<Usage>('GET', '/api/end-users/me/usage', { as: owner })).data.totals

describe('forgetting a visitor’s session', () => {
  const forget = (session: string, as = owner, id = widget.id) =>
    client.call<Job>('DELETE', `/api/widgets/${id}/sessions/${session}`, { as })

  test('leaves its events, their times and the counts, and nothing of who it was', async () => {
    const visitor = await visitWidget()
    const other = await visitWidget({ 'x-forwarded-for': '203.0.113.9' })
    const ids = await visitor.send(
      { name: 'vote', data: { answer: 'Tea' } },
      { type: 'error', data: { stack: 'at me@example.com' } },
    )
    const kept = await other.send({ name: 'vote', data: { answer: 'Coffee' } })
    const [before, untouched, counts] = [await rowsOf(ids), await rowsOf(kept), await usageOf()]
    const { status, data } = await forget(visitor.session)
    expect([status, data]).toMatchObject([202, { status: 'waiting', kind: 'forget_session', rows: 0 }])
    await runDue(handles)
    expect(await rowsOf(ids)).toEqual(before.map((row) => ({ ...row, ...NOBODY })))
    expect(await rowsOf(kept)).toEqual(untouched)
    const { interactions, errors, loads } = await usageOf()
    expect({ interactions, errors, loads }).toEqual({
      interactions: counts.interactions,
      errors: counts.errors,
      loads: counts.loads,
    })
    expect(await jobOf(data.id)).toMatchObject({
      status: 'waiting',
      steps: { done: 1, total: 2, current: 'Anonymising events that came late' },
      rows: 2,
      nextAt: now + 25 * HOUR,
    })
  })

  test('begins at an event of the overview, which says whose session it was as long as somebody’s', async () => {
    const visitor = await visitWidget()
    await visitor.send({ name: 'vote', data: { answer: 'Tea' } })
    const recent = async () =>
      (await client.call<EndUserDashboard>('GET', '/api/end-users/me/dashboard', { as: owner })).data.recent
    expect(await recent()).toMatchObject([{ session: visitor.session, data: { answer: 'Tea' } }])
    await forget(visitor.session)
    await runDue(handles)
    expect(await recent()).toMatchObject([{ name: 'vote', session: null, data: {} }])
  })

  test('also reaches what came after it, and a repetition of what was there before', async () => {
    const visitor = await visitWidget()
    const [first] = await visitor.send({ name: 'vote', data: { answer: 'Tea' } })
    const { data } = await forget(visitor.session)
    await runDue(handles)
    const late = await visitor.send({ name: 'late', data: { answer: 'Milk' } })
    // Another server may have had the same event in its spool all the time.
    const [row] = await handles.clickhouse.query<object>(
      'SELECT * EXCEPT id, toString(events.id) AS id FROM events FINAL WHERE events.id = {id: UUID}',
      { id: first },
    )
    const copy = JSON.stringify({ ...row, session_id: visitor.session, event_data: '{"answer":"Tea"}' })
    await handles.clickhouse.insert('events', `copy-${first}`, copy)
    expect(await rowsOf([first!, ...late])).toMatchObject([
      { session_id: visitor.session },
      { session_id: visitor.session },
    ])
    await pass(25 * HOUR)
    await expect(visitor.send({ name: 'too late' })).rejects.toThrow('401')
    await runDue(handles)
    expect(await rowsOf([first!, ...late])).toMatchObject([NOBODY, NOBODY])
    const session = await jobOf(data.id, await again(owner))
    expect(session).toMatchObject({ status: 'done', steps: { done: 2, current: null }, finishedAt: now })
    expect(await whereIn(visitor.session)).toEqual([])
    // ClickHouse keeps the words of the changes that it has made.
    const said = 'SELECT command FROM system.mutations WHERE position(command, {session: String}) > 0'
    expect(await handles.clickhouse.query(said, { session: visitor.session })).toEqual([])
  })

  test('reaches what the store would not take, and the examples of what was refused', async () => {
    const visitor = await visitWidget()
    await visitor.send({ name: 'fine' }, { type: 'wrong', data: { email: 'me@example.com' } })
    const letter = {
      token: 'test',
      builder_id: builder.user.id,
      implementation_id: widget.id,
      line: JSON.stringify({ session_id: visitor.session, event_data: 'me@example.com' }),
      reason: 'Cannot parse me@example.com',
    }
    const stranger = { ...letter, line: JSON.stringify({ session_id: 'se_another' }) }
    await handles.clickhouse.insert(
      'dead_letters',
      `dead-${visitor.session}`,
      [letter, stranger].map((one) => JSON.stringify(one)).join('\n'),
    )
    await forget(visitor.session)
    await runDue(handles)
    const own = { id: widget.id }
    expect(
      await handles.clickhouse.query(
        'SELECT line, reason FROM dead_letters WHERE implementation_id = {id: String} ORDER BY line',
        own,
      ),
    ).toEqual([
      { line: stranger.line, reason: stranger.reason },
      { line: '{}', reason: '' },
    ])
    expect(
      await handles.clickhouse.query(
        `SELECT outcome, toUInt32(sum(events)) AS events, anyLast(example) AS example FROM ingest_outcomes
         WHERE implementation_id = {id: String} GROUP BY outcome ORDER BY outcome`,
        own,
      ),
    ).toEqual([
      { outcome: 'accepted', events: 1, example: '' },
      { outcome: 'invalid_type', events: 1, example: '' },
    ])
  })

  test('waits for what a spool still holds from before, and says so', async () => {
    const visitor = await visitWidget()
    const { data } = await forget(visitor.session)
    await runDue(handles)
    const holding = { spool: 'elsewhere', drained_to: now + HOUR, holds: true, at: now + 25 * HOUR }
    await handles.clickhouse.insert('spool_watermarks', `held-${now}`, JSON.stringify(holding))
    setNow(now + 25 * HOUR)
    await runDue(handles)
    const fresh = await again(owner)
    expect(await jobOf(data.id, fresh)).toMatchObject({
      status: 'waiting',
      steps: { done: 1 },
      error: 'Events from before are still on their way.',
    })
    const gone = { ...holding, holds: false, at: now + 1 }
    await handles.clickhouse.insert('spool_watermarks', `gone-${now}`, JSON.stringify(gone))
    await pass(10 * 60_000)
    await runDue(handles)
    expect(await jobOf(data.id, fresh)).toMatchObject({ status: 'done', error: null })
  })

  test('has an end to how many may wait', async () => {
    let last = 202
    for (let asked = 0; asked <= 100; asked++)
      last = (await forget(`se_${String(asked).padStart(16, '0')}`)).status
    expect(last).toBe(429)
    await handles.db.delete(jobs).where(eq(jobs.ownerId, owner.user.id))
  })

  test('does not begin a rewriting again that it had begun before it was cut short', async () => {
    const visitor = await visitWidget()
    const ids = await visitor.send({ name: 'vote' })
    const { data } = await forget(visitor.session)
    const clickhouse: ClickHouse = {
      ...handles.clickhouse,
      async command(sql, params) {
        await handles.clickhouse.command(sql, params)
        throw new Error('cut short')
      },
    }
    await runDue({ ...handles, clickhouse })
    setNow(now + 10_000)
    await runDue(handles)
    expect(await jobOf(data.id)).toMatchObject({ steps: { done: 1 }, error: null })
    expect(await rowsOf(ids)).toMatchObject([NOBODY])
    expect(
      await handles.clickhouse.query(
        'SELECT mutation_id FROM system.mutations WHERE position(command, {mark: String}) > 0 LIMIT 1 BY mutation_id',
        { mark: `${data.id} 0 events` },
      ),
    ).toHaveLength(1)
  })

  test('is for those who may see the session, and reaches no other site', async () => {
    const visitor = await visitWidget()
    const ids = await visitor.send({ name: 'vote' })
    const stranger = await client.person('end_user')
    const theirs = (await client.implement(stranger, widget.projectId)).data
    expect((await forget(visitor.session, stranger)).status).toBe(404)
    expect((await forget(visitor.session, stranger, theirs.id)).status).toBe(202)
    expect((await forget('se_%27 OR 1=1')).status).toBe(404)
    // An address that spells the route's own pattern is met twice by the router.
    expect((await forget(':session')).status).toBe(404)
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ session_id: visitor.session }])
    expect((await forget(visitor.session, builder)).status).toBe(202)
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([NOBODY])
  })

  test('asked twice is one job, which nobody else sees', async () => {
    const { session } = await visitWidget()
    const [first, second] = [await forget(session), await forget(session)]
    expect(second.data.id).toBe(first.data.id)
    expect((await client.call('GET', `/api/jobs/${first.data.id}`, { as: builder })).status).toBe(404)
  })
})
