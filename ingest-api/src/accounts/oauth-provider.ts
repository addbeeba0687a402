import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  Configuration,
  discovery,
  enableNonRepudiationChecks,
  fetchProtectedResource,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type AuthorizationCodeGrantChecks,
} from 'openid-client'
import type { Provider } from '../../../schema/wire/api'
import type { OAuthClient } from '../config'

/** Who somebody is elsewhere. The address counts only where the provider says that it was confirmed. */
export type Identity = {
  provider: Provider
  issuer: string
  subject: string
  email: string | undefined
  emailVerified: boolean
  name: string | undefined
}

/** What has to be the same when the browser comes back from the provider. */
export type Expected = { state: string; nonce: string; verifier: string }

const TIMEOUT_SECONDS = 10

/**
 * Finds out how to talk to a provider. Google and Microsoft publish it (OpenID Connect Discovery); GitHub speaks plain
 * OAuth 2.0, at addresses that do not change.
 */
export async function discoverProvider(provider: Provider, client: OAuthClient): Promise<Configuration> {
  const { clientId, clientSecret, issuer } = client
  const insecure = issuer.startsWith('http:') ? [allowInsecureRequests] : []
  if (provider === 'github') {
    const endpoints = {
      issuer,
      authorization_endpoint: `${issuer}/login/oauth/authorize`,
      token_endpoint: `${issuer}/login/oauth/access_token`,
    }
    const configuration = new Configuration(endpoints, clientId, clientSecret)
    configuration.timeout = TIMEOUT_SECONDS
    for (const allow of insecure) allow(configuration)
    return configuration
  }
  return discovery(new URL(issuer), clientId, clientSecret, undefined, {
    timeout: TIMEOUT_SECONDS,
    // ID tokens are checked against the provider's keys, although they come from it directly.
    execute: [enableNonRepudiationChecks, ...insecure],
  })
}

/** Where to send the browser: an authorization request with state, PKCE (RFC 7636) and a nonce. */
export async function askProvider(
  provider: Provider,
  configuration: Configuration,
  redirectUri: string,
): Promise<{ url: URL; expected: Expected }> {
  const expected = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() }
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: provider === 'github' ? 'read:user user:email' : 'openid email profile',
    state: expected.state,
    code_challenge: await calculatePKCECodeChallenge(expected.verifier),
    code_challenge_method: 'S256',
    ...(provider !== 'github' && { nonce: expected.nonce }),
  })
  return { url, expected }
}

/**
 * Exchanges the code that the browser brought back.
 * @throws Error of openid-client when anything is not as it was asked for
 */
export async function readIdentity(
  provider: Provider,
  configuration: Configuration,
  { callback, expected }: { callback: URL; expected: Expected },
): Promise<Identity> {
  const checks: AuthorizationCodeGrantChecks = {
    expectedState: expected.state,
    pkceCodeVerifier: expected.verifier,
    ...(provider !== 'github' && { expectedNonce: expected.nonce, idTokenExpected: true }),
  }
  const tokens = await authorizationCodeGrant(configuration, callback, checks)
  if (provider === 'github') return readGitHubUser(configuration, tokens.access_token)
  const claims = tokens.claims()!
  return {
    provider,
    issuer: claims.iss,
    subject: claims.sub,
    email: textOf(claims.email),
    // Microsoft lets organisations put any address into `email`; `xms_edov` says that they own its domain:
    // https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
    emailVerified: [claims.email_verified, claims.xms_edov].some((claim) => claim === true || claim === '1'),
    name: textOf(claims.name),
  }
}

/** https://docs.github.com/en/rest/users: the address is the primary one, and GitHub says whether it was confirmed. */
async function readGitHubUser(configuration: Configuration, token: string): Promise<Identity> {
  const { issuer } = configuration.serverMetadata()
  const api = issuer === 'https://github.com' ? 'https://api.github.com' : `${issuer}/api/v3`
  const headers = new Headers({ accept: 'application/vnd.github+json', 'user-agent': 'oriel' })
  const get = async <T>(path: string): Promise<T> => {
    const url = new URL(api + path)
    const response = await fetchProtectedResource(configuration, token, url, 'GET', undefined, headers)
    if (!response.ok) throw new Error(`GitHub answered ${response.status}`)
    return response.json()
  }
  const [user, emails] = await Promise.all([
    get<{ id: number; login: string; name: string | null }>('/user'),
    get<{ email: string; primary: boolean; verified: boolean }[]>('/user/emails'),
  ])
  if (typeof user.id !== 'number') throw new Error('GitHub answered no user')
  const primary = emails.find((email) => email.primary)
  return {
    provider: 'github',
    issuer,
    subject: String(user.id),
    email: primary?.email,
    emailVerified: primary?.verified === true,
    name: user.name ?? user.login,
  }
}

const textOf = (claim: unknown): string | undefined =>
  typeof claim === 'string' && claim !== '' ? claim : undefined
