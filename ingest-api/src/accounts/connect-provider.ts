import { eq } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import type { Provider } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { SignedIn } from './actor'
import { confirmPassword } from './confirm-password'
import { findSession } from './find-session'
import { keepIdentity } from './identities'
import type { Device } from './start-session'
import { arriveFrom, departTo, type Arrival, type Departure, type OAuthHandles } from './visit-provider'

const PURPOSE = 'connecting with'

/**
 * Begins to connect a provider to the actor's account. It is one more way in, so whoever has a password says it.
 * @throws OrielError VALIDATION_ERROR of the field `password`; RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE of the provider
 */
export async function beginConnecting(
  handles: OAuthHandles,
  actor: SignedIn,
  provider: Provider,
  password: string,
): Promise<Departure> {
  const departure = await departTo(handles, provider, PURPOSE, actor.sessionId)
  const [user] = await handles.db.select().from(users).where(eq(users.id, actor.userId))
  if (user?.passwordHash) await confirmPassword(handles, actor, password)
  return departure
}

/**
 * Connects who the browser was at the provider to the account whose session left, whatever the addresses.
 * @throws OrielError AUTH_ERROR, also when that session has ended; RESOURCE_CONFLICT when the identity opens another
 * account
 */
export async function finishConnecting(
  handles: OAuthHandles,
  provider: Provider,
  arrival: Arrival,
  { requestId }: Device,
): Promise<void> {
  const { identity, note: sessionId } = await arriveFrom(handles, provider, PURPOSE, arrival)
  const session = await findSession(handles.db, sessionId, new Date(handles.now()))
  if (!session) throw new OrielError('AUTH_ERROR', 'You were signed out meanwhile. Please sign in again.')
  await keepIdentity(handles, session.user, identity, requestId)
}
