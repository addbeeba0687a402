import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'

/** Somebody at a provider. The provider signs in whoever was put here last. */
export type Somebody = { id: string; email?: string; verified?: boolean; name?: string }

export const CLIENT = { clientId: 'oriel', clientSecret: 'the secret of the client, long enough' }

export type TestProvider = {
  issuer: string
  somebody: Somebody
  /** Token requests that the provider refused. */
  refusals: string[]
  close(): Promise<void>
}

/** A certified OpenID provider (npm's `oidc-provider`) whose visitors are always signed in and always consent. */
export async function startOpenIdProvider(redirectUri: string): Promise<TestProvider> {
  const server = createServer()
  const issuer = await listen(server)
  const self: TestProvider = { issuer, somebody: { id: 'nobody' }, refusals: [], close: () => close(server) }
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key of the test'] },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        email: self.somebody.email,
        email_verified: self.somebody.verified,
        name: self.somebody.name,
      }),
    }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        accountId: oidc.session!.accountId!,
        clientId: oidc.client!.clientId,
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  provider.on('grant.error', (_, error) => self.refusals.push(error.message))
  const answer = provider.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url!.startsWith('/interaction/')) return void answer(request, response)
    const login = { login: { accountId: self.somebody.id, remember: false } }
    void provider.interactionFinished(request, response, login, { mergeWithLastSubmission: false })
  })
  return self
}

/** OAuth 2.0 with PKCE and a user API, as GitHub has them: https://docs.github.com/en/apps/oauth-apps */
export async function startGitHub(redirectUri: string): Promise<TestProvider> {
  const codes = new Map<string, { challenge: string; user: Somebody }>()
  const tokens = new Map<string, Somebody>()
  const server = createServer((request, response) => void handle(request, response))
  const issuer = await listen(server)
  const self: TestProvider = { issuer, somebody: { id: '0' }, refusals: [], close: () => close(server) }

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url!, issuer)
    const json = (body: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (url.pathname === '/login/oauth/authorize') {
      const code = crypto.randomUUID()
      codes.set(code, { challenge: url.searchParams.get('code_challenge')!, user: self.somebody })
      const back = new URL(redirectUri)
      back.search = new URLSearchParams({ code, state: url.searchParams.get('state')! }).toString()
      return response.writeHead(302, { location: back.href }).end()
    }
    if (url.pathname === '/login/oauth/access_token') {
      const form = new URLSearchParams(await text(request))
      const asked = codes.get(form.get('code')!)
      codes.delete(form.get('code')!)
      const challenge = createHash('sha256').update(form.get('code_verifier')!).digest('base64url')
      const isRight = form.get('client_secret') === CLIENT.clientSecret && asked?.challenge === challenge
      if (!isRight) {
        self.refusals.push('bad_verification_code')
        // GitHub says so with 200.
        return json({ error: 'bad_verification_code' })
      }
      const token = crypto.randomUUID()
      tokens.set(token, asked.user)
      return json({ access_token: token, token_type: 'bearer', scope: 'read:user,user:email' })
    }
    const user = tokens.get(request.headers.authorization?.replace(/^bearer /i, '') ?? '')
    if (!user || !request.headers['user-agent']) return json({ message: 'Bad credentials' }, 401)
    if (url.pathname === '/api/v3/user')
      return json({ id: Number(user.id), login: `login${user.id}`, name: user.name ?? null })
    if (url.pathname === '/api/v3/user/emails')
      return json([
        { email: 'other@example.com', primary: false, verified: true },
        { email: user.email, primary: true, verified: user.verified ?? false },
      ])
    return json({ message: 'Not Found' }, 404)
  }
  return self
}

/**
 * Follows a browser through a provider, from the address that the server sent it to until it is sent back.
 * @returns the address of the callback
 */
export async function walkThrough(start: string, redirectUri: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  for (let hops = 0; hops < 10; hops++) {
    if (url.href.startsWith(redirectUri)) return url
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (value) cookies.set(name!, value)
      else cookies.delete(name!)
    }
    const location = response.headers.get('location')
    if (!location) throw new Error(`The provider answered ${response.status}: ${await response.text()}`)
    url = new URL(location, url)
  }
  throw new Error('The provider never sent the browser back')
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function close(server: Server) {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
