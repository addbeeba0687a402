import { and, asc, eq } from 'drizzle-orm'
import { identities } from '../../../schema/tables/identities'
import { users } from '../../../schema/tables/users'
import type { ConnectedProvider, Provider } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { Handles } from '../handles'
import type { Actor, By } from './actor'
import { writeAudit } from './audit'

/** The providers that the actor signs in with. */
export async function listIdentities(
  { db }: Pick<Handles, 'db'>,
  { userId }: Actor,
): Promise<ConnectedProvider[]> {
  const rows = await db
    .select()
    .from(identities)
    .where(eq(identities.userId, userId))
    .orderBy(asc(identities.createdAt), identities.provider)
  return rows.map(({ provider, email, createdAt }) => ({ provider, email, createdAt: createdAt.getTime() }))
}

/**
 * Disconnects a provider.
 * @throws OrielError RESOURCE_NOT_FOUND; RESOURCE_CONFLICT when nothing would be left to sign in with
 */
export async function removeIdentity(
  { db }: Pick<Handles, 'db'>,
  { actor, requestId }: By,
  provider: Provider,
): Promise<void> {
  const { userId } = actor
  await db.transaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
    const removed = await tx
      .delete(identities)
      .where(and(eq(identities.userId, userId), eq(identities.provider, provider)))
      .returning({ issuer: identities.issuer })
    if (removed.length === 0) throw new OrielError('RESOURCE_NOT_FOUND', 'This provider is not connected.')
    const [left] = await tx.select().from(identities).where(eq(identities.userId, userId)).limit(1)
    if (!left && user?.passwordHash === null)
      throw new OrielError('RESOURCE_CONFLICT', 'Set a password first, or nothing is left to sign in with.')
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'identity.disconnect',
      resource: { type: 'user', id: userId },
      before: { provider },
    })
  })
}
