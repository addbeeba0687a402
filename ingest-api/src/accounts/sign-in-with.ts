import { and, eq, isNull, sql } from 'drizzle-orm'
import { identities } from '../../../schema/tables/identities'
import { users } from '../../../schema/tables/users'
import { PROVIDER_NAMES, type Challenge, type Provider } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { Persona } from '../../../schema/wire/permission'
import type { Handles } from '../handles'
import { queueMail } from '../mail/queue-mail'
import { seal, unseal } from '../seal'
import { writeAudit } from './audit'
import { createUser } from './create-user'
import { finishSignIn } from './finish-sign-in'
import { providerConnectedLetter } from './letters'
import { askProvider, discoverProvider, readIdentity, type Expected, type Identity } from './oauth-provider'
import type { SigningHandles } from './signing-keys'
import type { Device, Tokens } from './start-session'
import type { UserRow } from './users'

/** How long somebody may stay at the provider. */
export const MEMO_SECONDS = 10 * 60

/** What the browser keeps, sealed, between leaving and coming back. New accounts get `persona`. */
type Memo = Expected & { persona: Persona; expiresAt: number }
type OAuthHandles = SigningHandles & Pick<Handles, 'config'>

/**
 * Begins to sign in with a provider.
 * @returns where to send the browser, and the memo that it must bring back
 * @throws OrielError RESOURCE_NOT_FOUND when this server does not know the provider, SERVICE_UNAVAILABLE
 */
export async function beginSignInWith(
  handles: OAuthHandles,
  provider: Provider,
  persona: Persona,
): Promise<{ url: URL; memo: string }> {
  const configuration = await getProvider(handles, provider)
  const { url, expected } = await askProvider(provider, configuration, redirectUriOf(handles, provider))
  const memo: Memo = { ...expected, persona, expiresAt: handles.now() + MEMO_SECONDS * 1000 }
  return { url, memo: await seal(handles.keys, purposeOf(provider), JSON.stringify(memo)) }
}

/**
 * Signs in who comes back from a provider. Somebody new gets an account; somebody with an account by the same address
 * gets it connected, provided that both sides have had the address confirmed.
 * @param search the query that the provider sent the browser back with
 * @throws OrielError AUTH_ERROR, RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE
 */
export async function finishSignInWith(
  handles: OAuthHandles,
  provider: Provider,
  { memo, search }: { memo: string | undefined; search: string },
  device: Device,
): Promise<Tokens | Challenge> {
  const { persona, expiresAt, ...expected } = await readMemo(handles, provider, memo)
  if (expiresAt <= handles.now()) throw tookTooLong()
  const configuration = await getProvider(handles, provider)
  const callback = new URL(redirectUriOf(handles, provider) + search)
  const identity = await readIdentity(provider, configuration, { callback, expected }).catch(
    (error: unknown) => {
      handles.log.warn('a provider did not confirm a sign-in', { provider, error: nameOf(error) })
      throw new OrielError('AUTH_ERROR', `${PROVIDER_NAMES[provider]} did not confirm who you are.`)
    },
  )
  const user =
    (await findByIdentity(handles, identity)) ?? (await connect(handles, identity, persona, device))
  return finishSignIn(handles, user, device)
}

/** Which user an identity belongs to. @throws OrielError AUTH_ERROR when that user is suspended */
async function findByIdentity(
  { db }: OAuthHandles,
  { issuer, subject }: Identity,
): Promise<UserRow | undefined> {
  const [found] = await db
    .select({ user: users })
    .from(identities)
    .innerJoin(users, eq(users.id, identities.userId))
    .where(and(eq(identities.issuer, issuer), eq(identities.subject, subject), isNull(users.deletedAt)))
  if (found?.user.isActive === false) throw new OrielError('AUTH_ERROR', 'This account is suspended.')
  return found?.user
}

async function connect(
  handles: OAuthHandles,
  { provider, issuer, subject, email, emailVerified, name }: Identity,
  persona: Persona,
  { requestId }: Device,
): Promise<UserRow> {
  if (!email || !emailVerified)
    throw new OrielError(
      'AUTH_ERROR',
      `${PROVIDER_NAMES[provider]} does not say that your email address is confirmed. Please register with a password.`,
    )
  const user =
    (await findByEmail(handles, email)) ??
    (await createUser(
      handles,
      { email, name: nameFrom(name, email), password: null, personas: [persona], welcome: 'none' },
      requestId,
    ))
  await handles.db.transaction(async (tx) => {
    await tx
      .insert(identities)
      .values({ issuer, subject, userId: user.id, provider, email, createdAt: new Date(handles.now()) })
      .onConflictDoUpdate({
        // It belonged to an account that was deleted since.
        target: [identities.issuer, identities.subject],
        set: { userId: user.id, email },
      })
    await queueMail(tx, handles, user.email, providerConnectedLetter(PROVIDER_NAMES[provider]))
    await writeAudit(tx, {
      actor: { userId: user.id, persona: user.persona },
      requestId,
      action: 'identity.connect',
      resource: { type: 'user', id: user.id },
      after: { provider },
    })
  })
  return user
}

/** An account that was never confirmed may have been made by somebody who has not the mailbox: it is not connected. */
async function findByEmail({ db }: OAuthHandles, email: string): Promise<UserRow | undefined> {
  const [user] = await db
    .select()
    .from(users)
    .where(and(eq(sql`lower(${users.email})`, email.toLowerCase()), isNull(users.deletedAt)))
  if (user?.isActive === false) throw new OrielError('AUTH_ERROR', 'This account is suspended.')
  if (user && !user.emailVerifiedAt)
    throw new OrielError(
      'AUTH_ERROR',
      'There is an account with your address that was never confirmed. Ask for a new password, then try again.',
    )
  return user
}

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

const readMemo = ({ keys }: OAuthHandles, provider: Provider, memo = ''): Promise<Memo> =>
  unseal(keys, purposeOf(provider), memo).then(JSON.parse, () => {
    throw tookTooLong()
  })

const tookTooLong = () => new OrielError('AUTH_ERROR', 'That took too long. Please sign in again.')
const purposeOf = (provider: Provider) => `sign-in with ${provider}`
const redirectUriOf = ({ config }: OAuthHandles, provider: Provider) =>
  `${config.baseUrl}/api/auth/oauth/${provider}/callback`
const nameFrom = (name: string | undefined, email: string) =>
  name
    ?.replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 100) || email.split('@')[0]!
/** The kind of failure; a message may hold what the provider sent. */
const nameOf = (error: unknown): string =>
  error instanceof Error ? String('code' in error ? error.code : error.name) : typeof error
