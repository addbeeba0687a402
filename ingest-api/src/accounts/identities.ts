import { and, asc, eq, or, sql } from 'drizzle-orm'
import { identities } from '../../../schema/tables/identities'
import { users } from '../../../schema/tables/users'
import { PROVIDER_NAMES, type ConnectedProvider, type Provider } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { Handles } from '../handles'
import { queueMail } from '../mail/queue-mail'
import type { Actor, By } from './actor'
import { writeAudit } from './audit'
import { providerConnectedLetter } from './letters'
import type { Identity } from './oauth-provider'
import type { UserRow } from './users'

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
 * Notes that an identity is the user's from now on, and tells them. One of an account that is gone is free again.
 * @throws OrielError RESOURCE_CONFLICT when it opens another account
 */
export async function keepIdentity(
  handles: Pick<Handles, 'db' | 'keys' | 'now'>,
  user: UserRow,
  { provider, issuer, subject, email = '' }: Identity,
  requestId: string,
): Promise<void> {
  const isFree = sql`exists (select from ${users} where ${users.id} = ${identities.userId} and ${users.deletedAt} is not null)`
  await handles.db.transaction(async (tx) => {
    const kept = await tx
      .insert(identities)
      .values({ issuer, subject, userId: user.id, provider, email, createdAt: new Date(handles.now()) })
      .onConflictDoUpdate({
        target: [identities.issuer, identities.subject],
        set: { userId: user.id, email },
        setWhere: sql`${or(eq(identities.userId, user.id), isFree)}`,
      })
      .returning({ userId: identities.userId })
    if (kept.length === 0)
      throw new OrielError(
        'RESOURCE_CONFLICT',
        `This ${PROVIDER_NAMES[provider]} account opens another account here.`,
      )
    await queueMail(tx, handles, user.email, providerConnectedLetter(PROVIDER_NAMES[provider]))
    await writeAudit(tx, {
      actor: { userId: user.id, persona: user.persona },
      requestId,
      action: 'identity.connect',
      resource: { type: 'user', id: user.id },
      after: { provider },
    })
  })
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
