import { PROVIDER_NAMES, type Provider } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { Handles } from '../handles'
import { seal, unseal } from '../seal'
import { askProvider, discoverProvider, readIdentity, type Expected, type Identity } from './oauth-provider'
import type { SigningHandles } from './signing-keys'

/** How long somebody may stay at the provider. */
export const VISIT_SECONDS = 10 * 60

export type OAuthHandles = SigningHandles & Pick<Handles, 'config'>

/** Where to send the browser, and the memo that it must bring back. */
export type Departure = { url: URL; memo: string }
/** What the browser brings back: the memo, and the query that the provider sent it with. */
export type Arrival = { memo: string | undefined; search: string }

/**
 * Sends a browser to a provider. What it must bring back is sealed, with `note`, and opens for the same purpose only.
 * @throws OrielError RESOURCE_NOT_FOUND when this server does not know the provider, SERVICE_UNAVAILABLE
 */
export async function departTo(
  handles: OAuthHandles,
  provider: Provider,
  purpose: string,
  note: string,
): Promise<Departure> {
  const configuration = await getProvider(handles, provider)
  const { url, expected } = await askProvider(provider, configuration, redirectUriOf(handles, provider))
  const memo: Memo = { ...expected, note, expiresAt: handles.now() + VISIT_SECONDS * 1000 }
  return { url, memo: await seal(handles.keys, purposeOf(provider, purpose), JSON.stringify(memo)) }
}

/**
 * Receives the browser again, and learns from the provider who it was.
 * @throws OrielError AUTH_ERROR when the provider does not confirm it, or it took too long
 */
export async function arriveFrom(
  handles: OAuthHandles,
  provider: Provider,
  purpose: string,
  { memo, search }: Arrival,
): Promise<{ identity: Identity; note: string }> {
  const { note, expiresAt, ...expected } = await unseal(
    handles.keys,
    purposeOf(provider, purpose),
    memo ?? '',
  ).then(readMemo, () => {
    throw tookTooLong()
  })
  if (expiresAt <= handles.now()) throw tookTooLong()
  const configuration = await getProvider(handles, provider)
  const callback = new URL(redirectUriOf(handles, provider) + search)
  const identity = await readIdentity(provider, configuration, { callback, expected }).catch(
    (error: unknown) => {
      handles.log.warn('a provider did not confirm a sign-in', { provider, error: nameOf(error) })
      throw new OrielError('AUTH_ERROR', `${PROVIDER_NAMES[provider]} did not confirm who you are.`)
    },
  )
  return { identity, note }
}

/** What the browser keeps, sealed, between leaving and coming back. */
type Memo = Expected & { note: string; expiresAt: number }
const readMemo = (text: string): Memo => JSON.parse(text)

async function getProvider(handles: OAuthHandles, provider: Provider) {
  const client = handles.config.oauth[provider]
  if (!client) throw new OrielError('RESOURCE_NOT_FOUND', 'Nobody signs in that way here.')
  return handles.caches.providers.get(provider, handles.now(), () =>
    discoverProvider(provider, client).catch((error: unknown) => {
      handles.log.warn('a provider cannot be reached', { provider, error: nameOf(error) })
      throw new OrielError('SERVICE_UNAVAILABLE', `${PROVIDER_NAMES[provider]} cannot be reached now.`)
    }),
  )
}

const tookTooLong = () => new OrielError('AUTH_ERROR', 'That took too long. Please try again.')
const purposeOf = (provider: Provider, purpose: string) => `${purpose} ${provider}`
const redirectUriOf = ({ config }: OAuthHandles, provider: Provider) =>
  `${config.baseUrl}/api/auth/oauth/${provider}/callback`
/** The kind of failure; a message may hold what the provider sent. */
const nameOf = (error: unknown): string =>
  error instanceof Error ? String('code' in error ? error.code : error.name) : typeof error
