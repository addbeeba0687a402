import { and, asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll } from 'vitest'
import { auditLog } from '../../schema/tables/audit'
import type { Login } from '../../schema/wire/api'
import { accounts, handles, PASSWORD } from './testing-accounts'
import { startMailbox, type Mailbox } from './testing-mail'

export const OTHER_PASSWORD = 'another horse battery'

/** What the importing file's accounts are sent; there once its hook has run. */
export let mailbox: Mailbox
beforeAll(async () => {
  mailbox = await startMailbox(handles)
})
afterAll(() => mailbox.close())

/** Somebody new, signed in, with the address that their mail goes to. */
export async function register(more: Record<string, unknown> = {}) {
  const email = accounts.freshEmail()
  const { data } = await accounts.register({ email, delivery: 'body', ...more })
  return { ...data, email }
}

export const post = <T = null>(path: string, body: unknown, as?: Login) =>
  accounts.client.call<T>('POST', `/api/auth/${path}`, { as, body })

export const login = (email: string, password = PASSWORD) =>
  post<Login>('login', { email, password, delivery: 'body' })

/** What the log says was done to somebody, the first first. */
export const actionsOf = async (userId: string) =>
  (
    await handles.db
      .select({ action: auditLog.action })
      .from(auditLog)
      .where(and(eq(auditLog.resourceType, 'user'), eq(auditLog.resourceId, userId)))
      .orderBy(asc(auditLog.id))
  ).map(({ action }) => action)
