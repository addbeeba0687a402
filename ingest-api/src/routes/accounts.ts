import { Hono } from 'hono'
import {
  changeEmailRequest,
  changePasswordRequest,
  confirmRequest,
  forgotRequest,
  resetRequest,
  restoreRequest,
  updateProfileRequest,
  verifyRequest,
} from '../../../schema/checks/accounts'
import { changePassword } from '../accounts/change-password'
import { deleteAccount } from '../accounts/delete-account'
import { getMe } from '../accounts/get-me'
import { forgotPassword, resetPassword } from '../accounts/reset-password'
import { restoreAccount } from '../accounts/restore-account'
import { changeEmail, resendVerification, updateProfile } from '../accounts/update-profile'
import { verifyEmail } from '../accounts/verify-email'
import { startExport } from '../privacy/start-export'
import { deleteCookies, requireActor, requireSession } from './authenticate'
import type { AppEnv } from './context'
import { readBody } from './read-request'

/** Mounted at /api/auth: what people do with their own account, signed in or by a link from a mail. */
export const accounts = new Hono<AppEnv>()

accounts.get('/me', requireActor, async (c) =>
  c.json({ success: true, data: await getMe(c.var.handles, c.var.actor) }),
)

accounts.patch('/me', requireSession, async (c) => {
  const changes = await readBody(c.req, updateProfileRequest)
  return c.json({ success: true, data: await updateProfile(c.var.handles, c.var.by, changes) })
})

accounts.delete('/me', requireSession, async (c) => {
  const { password } = await readBody(c.req, confirmRequest)
  await deleteAccount(c.var.handles, c.var.by, password)
  deleteCookies(c)
  return c.json({ success: true, data: null })
})

accounts.post('/restore', async (c) => {
  const { token } = await readBody(c.req, restoreRequest)
  await restoreAccount(c.var.handles, token, c.var.requestId)
  return c.json({ success: true, data: null })
})

accounts.post('/export', requireSession, async (c) =>
  c.json({ success: true, data: await startExport(c.var.handles, c.var.by) }, 202),
)

accounts.post('/password', requireSession, async (c) => {
  await changePassword(c.var.handles, c.var.by, await readBody(c.req, changePasswordRequest))
  return c.json({ success: true, data: null })
})

accounts.post('/email', requireSession, async (c) => {
  await changeEmail(c.var.handles, c.var.by, await readBody(c.req, changeEmailRequest))
  return c.json({ success: true, data: null })
})

accounts.post('/verify', async (c) => {
  const { token } = await readBody(c.req, verifyRequest)
  return c.json({ success: true, data: await verifyEmail(c.var.handles, token, c.var.requestId) })
})

accounts.post('/verify/send', requireSession, async (c) => {
  await resendVerification(c.var.handles, c.var.by)
  return c.json({ success: true, data: null })
})

accounts.post('/forgot', async (c) => {
  const { email } = await readBody(c.req, forgotRequest)
  await forgotPassword(c.var.handles, email)
  return c.json({ success: true, data: null })
})

accounts.post('/reset', async (c) => {
  await resetPassword(c.var.handles, await readBody(c.req, resetRequest), c.var.requestId)
  return c.json({ success: true, data: null })
})
