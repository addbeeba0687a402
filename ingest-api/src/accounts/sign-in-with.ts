import { and, eq, isNull, sql } from 'drizzle-orm'
import { identities } from '../../../schema/tables/identities'
import { users } from '../../../schema/tables/users'
import { PROVIDER_NAMES, type Challenge, type Provider } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { Persona } from '../../../schema/wire/permission'
import { createUser } from './create-user'
import { finishSignIn } from './finish-sign-in'
import { keepIdentity } from './identities'
import type { Identity } from './oauth-provider'
import type { Device, Tokens } from './start-session'
import type { UserRow } from './users'
import { arriveFrom, departTo, type Arrival, type Departure, type OAuthHandles } from './visit-provider'

const PURPOSE = 'sign-in with'

/**
 * Begins to sign in with a provider. Somebody new begins as the persona.
 * @throws OrielError RESOURCE_NOT_FOUND when this server does not know the provider, SERVICE_UNAVAILABLE
 */
export const beginSignInWith = (
  handles: OAuthHandles,
  provider: Provider,
  persona: Persona,
): Promise<Departure> => departTo(handles, provider, PURPOSE, persona)

/**
 * Signs in who comes back from a provider. Somebody new gets an account; somebody with an account by the same address
 * gets it connected, provided that both sides have had the address confirmed.
 * @throws OrielError AUTH_ERROR, RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE
 */
export async function finishSignInWith(
  handles: OAuthHandles,
  provider: Provider,
  arrival: Arrival,
  device: Device,
): Promise<Tokens | Challenge> {
  const { identity, note } = await arriveFrom(handles, provider, PURPOSE, arrival)
  const persona = note === 'end_user' ? 'end_user' : 'builder'
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
  identity: Identity,
  persona: Persona,
  { requestId }: Device,
): Promise<UserRow> {
  const { provider, email, emailVerified, name } = identity
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
  await keepIdentity(handles, user, identity, requestId)
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

const nameFrom = (name: string | undefined, email: string) =>
  name
    ?.replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 100) || email.split('@')[0]!
