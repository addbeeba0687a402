import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { users } from '../../../schema/tables/users'
import type { Implementation, Login } from '../../../schema/wire/api'
import { verifyAudit } from '../accounts/read-audit'
import { startMailbox, type Mailbox } from '../testing-mail'
import {
  again,
  builder,
  client,
  DAY,
  handles,
  NOBODY,
  now,
  owner,
  rowsOf,
  setNow,
  visitWidget,
  whereIn,
  widget,
} from '../testing-privacy'
import { runDue } from './run-jobs'

let mailbox: Mailbox
beforeAll(async () => {
  mailbox = await startMailbox(handles)
})
afterAll(() => mailbox.close())

describe('erasing an account', () => {
  const close = (as: Login) =>
    client.call('DELETE', '/api/auth/me', { as, body: { password: 'a long password' } })

  test('empties everything of a site owner after two weeks, and keeps what is counted', async () => {
    const visitor = await visitWidget()
    const ids = await visitor.send({ name: 'vote', data: { answer: 'Tea' } })
    const email = owner.user.email
    const name = 'What only I would call it'
    await client.call('POST', '/api/analytics/alert-rules', {
      as: owner,
      body: { name, metric: 'loads', condition: 'above', threshold: 3, windowMinutes: 60 },
    })
    await client.call('POST', '/api/analytics/dashboards', { as: owner, body: { name, charts: [] } })
    const report = { name, metrics: ['loads'], period: 'day', schedule: 'daily' }
    await client.call('POST', '/api/analytics/reports', { as: owner, body: report })
    await close(owner)
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ session_id: visitor.session }])
    expect((await mailbox.last(email)).subject).toBe('Your account was deleted')
    setNow(now + 14 * DAY)
    await runDue(handles)
    expect(await rowsOf(ids)).toMatchObject([{ ...NOBODY, event_name: 'vote' }])
    const [user] = await handles.db.select().from(users).where(eq(users.id, owner.user.id))
    expect(user).toMatchObject({ email: '', name: 'Former user', passwordHash: null })
    const [site] = await handles.db
      .select()
      .from(widgetImplementations)
      .where(eq(widgetImplementations.id, widget.id))
    expect(site).toMatchObject({ name: 'Former widget', implementationUrl: '', configuration: {} })
    expect((await mailbox.last(email)).subject).toBe('Your data was erased')
    expect(await whereIn(email)).toEqual([])
    // The log keeps what was done, under an id that means nobody.
    expect(await whereIn(name)).toEqual(['audit_log'])
    expect((await verifyAudit(handles)).broken).toBeNull()
    expect(mailbox.received.filter(({ to }) => to.includes(email))).toHaveLength(2)
  })

  test('of a builder leaves the projects that other people’s sites run', async () => {
    const unused = await client.releasedProject(builder)
    await close(builder)
    setNow(now + 14 * DAY)
    await runDue(handles)
    const fresh = await again(owner)
    const { data } = await client.call<Implementation>('GET', `/api/widgets/${widget.id}`, { as: fresh })
    expect(data).toMatchObject({ status: 'active', projectName: widget.projectName })
    await (await visitWidget()).send({ name: 'still works' })
    // The log keeps what was done, under an id that means nobody.
    expect(await whereIn(unused.name)).toEqual(['audit_log'])
    expect(await whereIn(builder.user.email)).toEqual([])
  })

  test('is stopped by who was asked for it, while there is time', async () => {
    const admin = await client.person('super_admin')
    const path = `/api/admin/users/${owner.user.id}`
    await client.call('DELETE', path, { as: admin })
    await client.call('POST', `${path}/restore`, { as: admin })
    setNow(now + 14 * DAY)
    await runDue(handles)
    expect((await again(owner)).user.email).toBe(owner.user.email)
    await client.call('DELETE', path, { as: await again(admin) })
    setNow(now + 14 * DAY)
    await runDue(handles)
    const late = await client.call('POST', `${path}/restore`, { as: await again(admin) })
    expect([late.status, late.error.message]).toEqual([409, 'This user was erased.'])
    expect((await client.call('GET', `/api/modules/${widget.id}/runtime`)).status).toBe(404)
  })
})
