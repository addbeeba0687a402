import { and, eq, isNull, sql } from 'drizzle-orm'
import { users } from '../../../schema/tables/users'
import type { Challenge } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { LoginRequest } from '../../../schema/wire/requests'
import { finishSignIn } from './finish-sign-in'
import { verifyPassword } from './password'
import type { SigningHandles } from './signing-keys'
import type { Device, Tokens } from './start-session'

/**
 * Signs in with address and password, as far as that goes: an account may ask for a second step. An unknown address,
 * a wrong password and a suspended account take the same time and get the same answer.
 * @throws OrielError AUTH_ERROR
 */
export async function signIn(
  handles: SigningHandles,
  { email, password }: Pick<LoginRequest, 'email' | 'password'>,
  device: Device,
): Promise<Tokens | Challenge> {
  const [user] = await handles.db
    .select()
    .from(users)
    .where(and(eq(sql`lower(${users.email})`, email.toLowerCase()), isNull(users.deletedAt)))
  const matches = await verifyPassword(password, user?.passwordHash)
  if (!user || !matches || !user.isActive) {
    // Who guesses at whose account is for the operator to see; an address that nobody has is not written down.
    handles.log.warn('a sign-in was refused', { userId: user?.id ?? null, requestId: device.requestId })
    throw new OrielError('AUTH_ERROR', 'The email address or the password is not right.')
  }
  return finishSignIn(handles, user, device)
}
