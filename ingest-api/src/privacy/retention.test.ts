import { describe, expect, test } from 'vitest'
import type { IngestReport } from '../../../schema/wire/api'
import type { Retention } from '../../../schema/wire/job'
import {
  again,
  builder,
  client,
  DAY,
  handles,
  HOUR,
  jobOf,
  now,
  owner,
  pass,
  rowsOf,
  setNow,
  visitWidget,
  widget,
} from '../testing-privacy'
import { sealUsage } from '../usage/seal-usage'
import { runDue } from './run-jobs'

describe('retention', () => {
  const retain = (days: number, as = owner) =>
    client.call<Retention>('PATCH', `/api/widgets/${widget.id}/retention`, { as, body: { days } })
  const countStored = async () =>
    (
      await handles.clickhouse.query<{ total: number }>(
        'SELECT toUInt32(count()) AS total FROM events WHERE implementation_id = {id: String}',
        { id: widget.id },
      )
    )[0]!.total

  test('stands in the token and the row only when it is another than thirteen months', async () => {
    const usual = await visitWidget()
    expect(usual.retentionDays).toBeUndefined()
    expect(await rowsOf(await usual.send({}))).toMatchObject([{ retention_days: 395 }])
    await retain(30)
    setNow(now + 5_000)
    const short = await visitWidget()
    expect(short.retentionDays).toBe(30)
    expect(await rowsOf(await short.send({}))).toMatchObject([{ retention_days: 30 }])
  })

  test('made shorter also concerns what is stored, and what comes with older tokens', async () => {
    const visitor = await visitWidget()
    const ids = await visitor.send({ name: 'one' }, { name: 'two' })
    const { data } = await retain(90)
    expect(data).toMatchObject({ retentionDays: 90, job: { kind: 'set_retention', status: 'waiting' } })
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ retention_days: 90 }, { retention_days: 90 }])
    const late = await visitor.send({ name: 'late' })
    expect(await rowsOf(late)).toMatchObject([{ retention_days: 395 }])
    await pass(25 * HOUR)
    await runDue(handles)
    expect(await rowsOf(late)).toMatchObject([{ retention_days: 90 }])
    expect(await jobOf(data.job!.id, await again(owner))).toMatchObject({ status: 'done', rows: 3 })
  })

  test('made longer concerns only what comes from now on', async () => {
    await retain(30)
    setNow(now + 5_000)
    const ids = await (await visitWidget()).send({})
    expect((await retain(365)).data).toEqual({ retentionDays: 365, job: null })
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ retention_days: 30 }])
  })

  test('removes what is over and nothing else', async () => {
    const ids = await (await visitWidget()).send({ name: 'now' })
    const [row] = await handles.clickhouse.query<object>(
      'SELECT * EXCEPT (id, created_at), toString(events.id) AS id FROM events WHERE events.id = {id: UUID}',
      { id: ids[0] },
    )
    const old = [29, 31, 100].map((days) =>
      JSON.stringify({ ...row, id: crypto.randomUUID(), created_at: Date.now() - days * DAY }),
    )
    await handles.clickhouse.insert('events', `old-${ids[0]}`, old.join('\n'))
    await handles.clickhouse.command('OPTIMIZE TABLE events FINAL')
    expect(await countStored()).toBe(4)
    await retain(30)
    await runDue(handles)
    await handles.clickhouse.command('OPTIMIZE TABLE events FINAL')
    expect(await countStored()).toBe(2)
  })

  test('leaves what was counted, down to what became of each event', async () => {
    const longAgo = Date.now() - 100 * DAY
    setNow(longAgo)
    const visitor = await visitWidget()
    await visitor.send({ name: 'one' }, { name: 'two' }, { name: 'three' })
    setNow(Date.now())
    while (await sealUsage(handles));
    const question = new URLSearchParams({
      from: new Date(longAgo - DAY).toISOString(),
      to: new Date(longAgo + DAY).toISOString(),
    })
    const report = async () =>
      (await client.call<IngestReport>('GET', `/api/builders/me/ingest?${question}`, { as: builder })).data
    const before = await report()
    expect(before.totals).toMatchObject({ received: 3, stored: 3, duplicates: 0 })
    await retain(90)
    await runDue(handles)
    await handles.clickhouse.command('OPTIMIZE TABLE events FINAL')
    expect(await countStored()).toBe(0)
    expect(await report()).toEqual(before)
  })

  test('takes the choices that there are, from the owner', async () => {
    expect((await retain(31)).status).toBe(400)
    expect((await retain(90, builder)).status).toBe(403)
    expect((await retain(90, await client.person('end_user'))).status).toBe(404)
  })
})
