import { users } from '../../../schema/tables/users'
import { OrielError } from '../../../schema/wire/error'
import type { Persona } from '../../../schema/wire/permission'
import { isDatabaseError, UNIQUE_VIOLATION } from '../database'
import type { Handles } from '../handles'
import { newId } from '../new-id'
import type { Actor } from './actor'
import { writeAudit } from './audit'
import { hashPassword } from './password'
import type { UserRow } from './users'
import { askToVerify } from './verify-email'
import { invite } from './reset-password'

export type Person = {
  email: string
  /** Null for who signs in with a provider. */
  password: string | null
  name: string
  /** What the user may act as; the first is active. */
  personas: readonly [Persona, ...Persona[]]
  /**
   * What is mailed: a link that confirms the address; one that accepts an invitation by choosing a password; or
   * nothing, when whoever runs the server vouches for the address.
   */
  welcome: 'verify' | 'invite' | 'none'
}

/**
 * Opens an account. The caller decides which personas may be given away.
 * @throws OrielError RESOURCE_CONFLICT when the address has an account
 */
export async function createUser(
  handles: Pick<Handles, 'db' | 'keys' | 'now' | 'config'>,
  { email, password, name, personas, welcome }: Person,
  requestId: string,
  /** Who does it for them; people open their own accounts otherwise. */
  by?: Actor,
): Promise<UserRow> {
  const passwordHash = password === null ? null : await hashPassword(password)
  const values = {
    id: newId('user'),
    email: email.toLowerCase(),
    emailVerifiedAt: welcome === 'none' ? new Date(handles.now()) : null,
    name,
    passwordHash,
    persona: personas[0],
    roles: [...personas],
  }
  return handles.db
    .transaction(async (tx) => {
      const [user] = await tx.insert(users).values(values).returning()
      await writeAudit(tx, {
        actor: by ?? { userId: values.id, persona: values.persona },
        requestId,
        action: 'user.create',
        resource: { type: 'user', id: values.id },
        after: { personas },
      })
      const proof = { userId: values.id, email: values.email }
      if (welcome === 'verify') await askToVerify(tx, handles, proof)
      if (welcome === 'invite') await invite(tx, handles, proof)
      return user!
    })
    .catch((error: unknown) => {
      if (!isDatabaseError(error, UNIQUE_VIOLATION)) throw error
      throw new OrielError(
        'RESOURCE_CONFLICT',
        'There is an account with this email address already. Sign in instead.',
      )
    })
}
