import { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { oauthQuery, provider } from '../../../schema/checks/accounts'
import { PROVIDER_NAMES, PROVIDERS, type Provider } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import { listIdentities, removeIdentity } from '../accounts/identities'
import { beginSignInWith, finishSignInWith, MEMO_SECONDS } from '../accounts/sign-in-with'
import { cookieAttributes, deviceOf, requireSession, setTokenCookies } from './authenticate'
import type { AppContext, AppEnv } from './context'
import { readQuery } from './read-request'

const MEMO_COOKIE = 'oriel_oauth'
const MEMO_PATH = '/api/auth/oauth'

/** Mounted at /api/auth/oauth: a browser goes to a provider from here and comes back here. */
export const oauth = new Hono<AppEnv>()

oauth.get('/', (c) => {
  const known = PROVIDERS.filter((id) => c.var.handles.config.oauth[id])
  return c.json({ success: true, data: known.map((id) => ({ id, name: PROVIDER_NAMES[id] })) })
})

oauth.get('/:provider', async (c) => {
  const { persona } = readQuery(c.req, oauthQuery)
  const { url, memo } = await beginSignInWith(c.var.handles, readProvider(c), persona)
  setCookie(c, MEMO_COOKIE, memo, { ...cookieAttributes(c), path: MEMO_PATH, maxAge: MEMO_SECONDS })
  return c.redirect(url.href)
})

/** Everything ends on a page: the dashboard, or its sign-in page with what is missing behind the #. */
oauth.get('/:provider/callback', async (c) => {
  const memo = getCookie(c, MEMO_COOKIE)
  deleteCookie(c, MEMO_COOKIE, { ...cookieAttributes(c), path: MEMO_PATH })
  const { search } = new URL(c.req.url)
  const answer = await finishSignInWith(c.var.handles, readProvider(c), { memo, search }, deviceOf(c))
  if ('challenge' in answer) return c.redirect(loginPage(c, { challenge: answer.challenge }))
  setTokenCookies(c, answer)
  return c.redirect(`${c.var.handles.config.baseUrl}/`)
})

oauth.onError((error, c) => {
  if (!(error instanceof OrielError)) throw error
  return c.redirect(loginPage(c, { error: error.message }))
})

/** Mounted at /api/auth/identities: the providers that are connected to one's own account. */
export const identities = new Hono<AppEnv>()

identities.get('/', requireSession, async (c) =>
  c.json({ success: true, data: await listIdentities(c.var.handles, c.var.actor) }),
)

identities.delete('/:provider', requireSession, async (c) => {
  await removeIdentity(c.var.handles, c.var.by, readProvider(c))
  return c.json({ success: true, data: null })
})

function readProvider(c: AppContext): Provider {
  const found = provider.safeParse(c.req.param('provider'))
  if (!found.success) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no such provider.')
  return found.data
}

const loginPage = (c: AppContext, facts: Record<string, string>) =>
  `${c.var.handles.config.baseUrl}/login#${new URLSearchParams(facts).toString()}`
