import { asc, eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { auditLog } from '../../../schema/tables/audit'
import { refreshTokens, sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import { accounts, handles, PASSWORD, START } from '../testing-accounts'

describe('refreshing', () => {
  const start = async () => (await accounts.register({ delivery: 'body' })).data

  test('spends the token and answers its successor', async () => {
    const first = await start()
    const { status, data: second } = await accounts.refresh(first.refreshToken)
    expect(status).toBe(200)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect((await accounts.me(second)).status).toBe(200)
    expect((await accounts.refresh(second.refreshToken)).status).toBe(200)
  })

  test('keeps two tabs signed in that refresh at once', async () => {
    const first = await start()
    const answers = await Promise.all(Array.from({ length: 4 }, () => accounts.refresh(first.refreshToken)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const tokens = new Set(answers.map(({ data }) => data.refreshToken))
    expect(tokens.size).toBe(1)
    expect((await accounts.refresh([...tokens][0])).status).toBe(200)
  })

  test('replays the successor for ten seconds and then ends the whole session', async () => {
    const first = await start()
    const second = (await accounts.refresh(first.refreshToken)).data
    handles.setNow(START + 10_000)
    expect((await accounts.refresh(first.refreshToken)).data.refreshToken).toBe(second.refreshToken)
    handles.setNow(START + 10_001)
    expect((await accounts.refresh(first.refreshToken)).status).toBe(401)
    expect((await accounts.refresh(second.refreshToken)).status).toBe(401)
    expect((await accounts.me(second)).status).toBe(401)
    const audits = await handles.db
      .select({ after: auditLog.after, actorId: auditLog.actorId })
      .from(auditLog)
      .where(eq(auditLog.action, 'session.end'))
      .orderBy(asc(auditLog.id))
    expect(audits.at(-1)).toEqual({ after: { reason: 'reuse', userId: first.user.id }, actorId: null })
  })

  test('lasts seven days from the last refresh', async () => {
    const day = 24 * 3_600_000
    const first = await start()
    handles.setNow(START + 6 * day)
    const second = (await accounts.refresh(first.refreshToken)).data
    handles.setNow(START + 12 * day)
    const third = (await accounts.refresh(second.refreshToken)).data
    expect((await accounts.me(third)).status).toBe(200)
    handles.setNow(START + 19 * day + 1)
    expect((await accounts.refresh(third.refreshToken)).status).toBe(401)
  })

  test('loses against logging out', async () => {
    for (let run = 0; run < 5; run++) {
      const first = await start()
      const [refreshed] = await Promise.all([
        accounts.refresh(first.refreshToken),
        accounts.client.call('POST', '/api/auth/logout', { as: first }),
      ])
      expect((await accounts.me(first)).status).toBe(401)
      if (refreshed.status === 200) {
        expect((await accounts.me(refreshed.data)).status).toBe(401)
        expect((await accounts.refresh(refreshed.data.refreshToken)).status).toBe(401)
      }
    }
  })

  test.each([
    ['nothing', undefined],
    ['a stranger', 'A'.repeat(43)],
    ['an access token', 'eyJhbGciOiJub25lIn0.e30.'],
  ])('is refused with %s', async (_, token) => expect((await accounts.refresh(token)).status).toBe(401))

  test('of a suspended user is refused', async () => {
    const first = await start()
    await handles.db.update(users).set({ isActive: false }).where(eq(users.id, first.user.id))
    expect((await accounts.refresh(first.refreshToken)).status).toBe(401)
  })

  test('forgets spent tokens once they are over, and sessions a month later', async () => {
    const day = 24 * 3_600_000
    const first = await start()
    const tokens = () =>
      handles.db
        .select({ id: refreshTokens.sessionId })
        .from(refreshTokens)
        .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
        .where(eq(sessions.userId, first.user.id))
    let { refreshToken } = first
    for (let days = 1; days <= 20; days++) {
      handles.setNow(START + days * day)
      refreshToken = (await accounts.refresh(refreshToken)).data.refreshToken
    }
    expect(await tokens()).toHaveLength(7)
    handles.setNow(START + 57 * day + 1)
    const body = { email: first.user.email, password: PASSWORD }
    await accounts.client.call('POST', '/api/auth/login', { body })
    expect(await tokens()).toHaveLength(1)
  })

  test('stores no token that could be used', async () => {
    const first = await start()
    const rows = await handles.db.select().from(refreshTokens)
    expect(JSON.stringify(rows)).not.toContain(first.refreshToken)
  })
})
