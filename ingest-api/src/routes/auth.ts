import { Hono } from 'hono'
import {
  challengeRequest,
  loginRequest,
  personaRequest,
  refreshRequest,
  registerRequest,
} from '../../../schema/checks/accounts'
import type { Login } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { TokenDelivery } from '../../../schema/wire/requests'
import { createUser } from '../accounts/create-user'
import { endSessionOfToken, revokeOtherSessions, revokeSession } from '../accounts/end-session'
import { answerChallenge } from '../accounts/finish-sign-in'
import { endImpersonation } from '../accounts/impersonate'
import { listSessions } from '../accounts/list-sessions'
import { refreshSession } from '../accounts/refresh-session'
import { signIn } from '../accounts/sign-in'
import { startSession, type Tokens } from '../accounts/start-session'
import { switchPersona } from '../accounts/switch-persona'
import { accounts } from './accounts'
import { apiKeys } from './api-keys'
import {
  authenticatePerson,
  deleteAccessCookie,
  deleteCookies,
  deviceOf,
  getRefreshCookie,
  identify,
  personOf,
  refuseForeignOrigin,
  requireOwnOrigin,
  requireSession,
  setAccessCookie,
  setTokenCookies,
} from './authenticate'
import type { AppContext, AppEnv } from './context'
import { limitTries } from './limit-rate'
import { secondFactor } from './second-factor'
import { identities, oauth } from './oauth'
import { checkInput, MAX_BODY_BYTES, parseJson, readBody, readBytes, readId } from './read-request'

export const auth = new Hono<AppEnv>()

auth.use(refuseForeignOrigin)
auth.route('/', accounts)
auth.route('/api-keys', apiKeys)
auth.route('/second-factor', secondFactor)
auth.route('/oauth', oauth)
auth.route('/identities', identities)

auth.post('/register', async (c) => {
  const { persona, delivery, ...person } = await readBody(c.req, registerRequest)
  const user = await createUser(
    c.var.handles,
    { ...person, personas: [persona], welcome: 'verify' },
    c.var.requestId,
  )
  const tokens = await startSession(c.var.handles, user, deviceOf(c))
  return c.json({ success: true, data: deliver(c, tokens, delivery) }, 201)
})

auth.post('/login', async (c) => {
  const { delivery, ...credentials } = await readBody(c.req, loginRequest)
  const answer = await limitTries(c, credentials.email, () => signIn(c.var.handles, credentials, deviceOf(c)))
  return c.json({ success: true, data: 'challenge' in answer ? answer : deliver(c, answer, delivery) })
})

auth.post('/login/second-factor', async (c) => {
  const { delivery, ...answer } = await readBody(c.req, challengeRequest)
  const tokens = await answerChallenge(c.var.handles, answer, deviceOf(c))
  return c.json({ success: true, data: deliver(c, tokens, delivery) })
})

auth.post('/refresh', async (c) => {
  const body = await readBytes(c.req, MAX_BODY_BYTES)
  const sent = checkInput(refreshRequest, body.length > 0 ? parseJson(body) : {})
  const token = sent.refreshToken ?? getRefreshCookie(c)
  if (!token) throw new OrielError('AUTH_ERROR', 'There is no refresh token. Please sign in.')
  if (!sent.refreshToken) requireOwnOrigin(c)
  const tokens = await refreshSession(c.var.handles, token, c.var.requestId)
  return c.json({ success: true, data: deliver(c, tokens, sent.refreshToken ? 'body' : 'cookie') })
})

auth.post('/logout', async (c) => {
  const token = getRefreshCookie(c)
  if (token) {
    requireOwnOrigin(c)
    await endSessionOfToken(c.var.handles, token, c.var.requestId)
  } else {
    const actor = await authenticatePerson(c)
    await revokeSession(c.var.handles, { actor, requestId: c.var.requestId }, actor.sessionId)
  }
  deleteCookies(c)
  return c.json({ success: true, data: null })
})

auth.post('/persona', requireSession, async (c) => {
  const { persona } = await readBody(c.req, personaRequest)
  const login = await switchPersona(c.var.handles, c.var.by, persona)
  if (!c.req.header('authorization')) setAccessCookie(c, login.accessToken)
  return c.json({ success: true, data: login })
})

/** The one change that may be made while looking through somebody's eyes. Whoever has a refresh token is back by it. */
auth.delete('/impersonation', async (c) => {
  const actor = personOf(await identify(c))
  await endImpersonation(c.var.handles, { actor, requestId: c.var.requestId })
  if (!c.req.header('authorization')) deleteAccessCookie(c)
  return c.json({ success: true, data: null })
})

auth.get('/sessions', requireSession, async (c) =>
  c.json({ success: true, data: await listSessions(c.var.handles, c.var.actor) }),
)

auth.delete('/sessions', requireSession, async (c) =>
  c.json({ success: true, data: { ended: await revokeOtherSessions(c.var.handles, c.var.by) } }),
)

auth.delete('/sessions/:id', requireSession, async (c) => {
  await revokeSession(c.var.handles, c.var.by, readId(c.req, 'session'))
  return c.json({ success: true, data: null })
})

/** A page's tokens go into cookies and its scripts never see the refresh token; a program gets both in the body. */
function deliver(c: AppContext, tokens: Tokens, delivery: TokenDelivery = 'cookie'): Login {
  if (delivery === 'body') return tokens
  setTokenCookies(c, tokens)
  const { refreshToken: _, ...login } = tokens
  return login
}
