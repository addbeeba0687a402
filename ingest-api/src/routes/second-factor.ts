import { Hono } from 'hono'
import { codeRequest, confirmRequest, disableSecondFactorRequest } from '../../../schema/checks/accounts'
import {
  confirmSecondFactor,
  disableSecondFactor,
  enrolSecondFactor,
  getSecondFactor,
} from '../accounts/set-second-factor'
import { requireSession } from './authenticate'
import type { AppEnv } from './context'
import { readBody } from './read-request'

/** Mounted at /api/auth/second-factor: the authenticator app of one's own account. */
export const secondFactor = new Hono<AppEnv>()

secondFactor.get('/', requireSession, async (c) =>
  c.json({ success: true, data: await getSecondFactor(c.var.handles, c.var.actor) }),
)

secondFactor.post('/', requireSession, async (c) => {
  const { password } = await readBody(c.req, confirmRequest)
  return c.json({ success: true, data: await enrolSecondFactor(c.var.handles, c.var.by, password) }, 201)
})

secondFactor.post('/confirm', requireSession, async (c) => {
  const { code } = await readBody(c.req, codeRequest)
  return c.json({ success: true, data: await confirmSecondFactor(c.var.handles, c.var.by, code) })
})

secondFactor.delete('/', requireSession, async (c) => {
  await disableSecondFactor(c.var.handles, c.var.by, await readBody(c.req, disableSecondFactorRequest))
  return c.json({ success: true, data: null })
})
