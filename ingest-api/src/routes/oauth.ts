import { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { confirmRequest, oauthQuery, provider } from '../../../schema/checks/accounts'
import { PROVIDER_NAMES, PROVIDERS, type Provider } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import { listIdentities, removeIdentity } from '../accounts/identities'
import { beginConnecting, finishConnecting } from '../accounts/connect-provider'
import { beginSignInWith, finishSignInWith } from '../accounts/sign-in-with'
import { VISIT_SECONDS } from '../accounts/visit-provider'
import { cookieAttributes, deviceOf, requireSession, setTokenCookies } from './authenticate'
import type { AppContext, AppEnv } from './context'
import { readBody, readQuery } from './read-request'

/** What a browser keeps while it is at a provider, by why it went there. */
const MEMOS = { signIn: 'oriel_oauth', connect: 'oriel_connect' } as const
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
  setMemo(c, 'signIn', memo)
  return c.redirect(url.href)
})

/** Everything ends on a page of the dashboard, with what is missing or wrong behind the #. */
oauth.get('/:provider/callback', async (c) => {
  const { handles } = c.var
  const { search } = new URL(c.req.url)
  const [memo, connecting] = [getCookie(c, MEMOS.signIn), getCookie(c, MEMOS.connect)]
  deleteMemos(c)
  const provider = readProvider(c)
  if (connecting) {
    await finishConnecting(handles, provider, { memo: connecting, search }, deviceOf(c))
    return c.redirect(pageOf(c, '/account', { connected: provider }))
  }
  const answer = await finishSignInWith(handles, provider, { memo, search }, deviceOf(c))
  if ('challenge' in answer) return c.redirect(pageOf(c, '/login', { challenge: answer.challenge }))
  setTokenCookies(c, answer)
  return c.redirect(`${handles.config.baseUrl}/`)
})

oauth.onError((error, c) => {
  if (!(error instanceof OrielError)) throw error
  const page = getCookie(c, MEMOS.connect) ? '/account' : '/login'
  return c.redirect(pageOf(c, page, { error: error.message }))
})

/** Mounted at /api/auth/identities: the providers that are connected to one's own account. */
export const identities = new Hono<AppEnv>()

identities.get('/', requireSession, async (c) =>
  c.json({ success: true, data: await listIdentities(c.var.handles, c.var.actor) }),
)

/** A page of ours asks and then goes to the address itself: an answer that redirects would take a script there. */
identities.post('/:provider', requireSession, async (c) => {
  const provider = readProvider(c)
  const { password } = await readBody(c.req, confirmRequest)
  const { url, memo } = await beginConnecting(c.var.handles, c.var.by.actor, provider, password)
  setMemo(c, 'connect', memo)
  return c.json({ success: true, data: { url: url.href } })
})

identities.delete('/:provider', requireSession, async (c) => {
  await removeIdentity(c.var.handles, c.var.by, readProvider(c))
  return c.json({ success: true, data: null })
})

/** One visit at a time: the last one that began is the one that comes back. */
function setMemo(c: AppContext, why: keyof typeof MEMOS, memo: string): void {
  deleteMemos(c)
  setCookie(c, MEMOS[why], memo, { ...cookieAttributes(c), path: MEMO_PATH, maxAge: VISIT_SECONDS })
}

function deleteMemos(c: AppContext): void {
  for (const name of Object.values(MEMOS))
    if (getCookie(c, name)) deleteCookie(c, name, { ...cookieAttributes(c), path: MEMO_PATH })
}

function readProvider(c: AppContext): Provider {
  const found = provider.safeParse(c.req.param('provider'))
  if (!found.success) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no such provider.')
  return found.data
}

const pageOf = (c: AppContext, page: '/login' | '/account', facts: Record<string, string>) =>
  `${c.var.handles.config.baseUrl}${page}#${new URLSearchParams(facts).toString()}`
