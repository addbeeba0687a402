import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { impersonations } from '../../../schema/tables/impersonations'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { ImpersonateRequest } from '../../../schema/wire/admin'
import type { Login } from '../../../schema/wire/api'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { newId } from '../new-id'
import { signAccessToken, type AccessClaims } from './access-token'
import type { Actor, By, SignedIn } from './actor'
import { writeAudit } from './audit'
import { userNotFound } from './list-users'
import type { SigningHandles } from './signing-keys'
import { permissionsOf, toUser } from './users'

/** Long enough to see what somebody asks about, too short to be forgotten. */
export const IMPERSONATION_SECONDS = 30 * 60

/**
 * Lets a super admin see what a user sees, and change nothing. It hangs from the super admin's session and ends with
 * it; another one that the session has is ended. The audit log keeps who, whom and why.
 * @throws OrielError RESOURCE_NOT_FOUND; PERMISSION_ERROR for a super admin; RESOURCE_CONFLICT for who is suspended;
 * VALIDATION_ERROR for a persona that the user does not hold
 */
export async function startImpersonation(
  handles: SigningHandles,
  { actor, requestId }: By<SignedIn>,
  userId: string,
  { reason, persona: asked }: ImpersonateRequest,
): Promise<Login> {
  const at = handles.now()
  const until = at + IMPERSONATION_SECONDS * 1000
  const id = newId('impersonation')
  const { user, by } = await handles.db.transaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, userId))
    if (!user || user.deletedAt) throw userNotFound()
    if (user.roles.includes('super_admin'))
      throw new OrielError('PERMISSION_ERROR', 'Nobody looks through the eyes of a super admin.')
    if (!user.isActive)
      throw new OrielError('RESOURCE_CONFLICT', 'This user is suspended and sees nothing themselves.')
    if (asked && !user.roles.includes(asked))
      throw invalidFields([{ path: 'persona', message: 'Is not one of this user.' }])
    const [by] = await tx
      .select({ id: users.id, name: users.name })
      .from(users)
      .where(eq(users.id, actor.userId))
    await end(tx, { actor, requestId }, new Date(at), eq(impersonations.sessionId, actor.sessionId))
    await tx.insert(impersonations).values({
      id,
      userId,
      persona: asked ?? user.persona,
      sessionId: actor.sessionId,
      reason,
      createdAt: new Date(at),
      expiresAt: new Date(until),
    })
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'impersonation.start',
      resource: { type: 'user', id: userId },
      after: { impersonationId: id, persona: asked ?? user.persona, reason, until },
    })
    return { user, by: by! }
  })
  const persona = asked ?? user.persona
  const claims = { userId, sessionId: actor.sessionId, persona, impersonation: { id, byId: by.id } }
  return {
    user: { ...toUser(user, persona), impersonation: { by, until } },
    accessToken: await signAccessToken(handles, claims, IMPERSONATION_SECONDS),
    expiresIn: IMPERSONATION_SECONDS,
  }
}

/**
 * Ends the impersonation that the request came with. Its token opens nothing from here on.
 * @throws OrielError RESOURCE_NOT_FOUND when there is none
 */
export async function endImpersonation(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor: { impersonation }, requestId }: By<SignedIn>,
): Promise<void> {
  if (!impersonation) throw new OrielError('RESOURCE_NOT_FOUND', 'You are seeing Oriel as yourself.')
  const actor = { userId: impersonation.by.id, persona: 'super_admin' } as const
  await db.transaction((tx) =>
    end(tx, { actor, requestId }, new Date(now()), eq(impersonations.id, impersonation.id)),
  )
}

async function end(
  tx: Queryable,
  { actor, requestId }: { actor: Pick<Actor, 'userId' | 'persona'>; requestId: string },
  at: Date,
  which: ReturnType<typeof eq>,
): Promise<void> {
  const ended = await tx
    .update(impersonations)
    .set({ endedAt: at })
    .where(and(which, isNull(impersonations.endedAt), gt(impersonations.expiresAt, at)))
    .returning({ id: impersonations.id, userId: impersonations.userId })
  for (const { id, userId } of ended)
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'impersonation.end',
      resource: { type: 'user', id: userId },
      after: { impersonationId: id },
    })
}

const admins = alias(users, 'admins')

/**
 * Who holds the token of an impersonation: the user, as far as what is seen goes. It needs the super admin's session
 * and role as much as the user's account.
 * @throws OrielError AUTH_ERROR once any of them is gone
 */
export async function getImpersonator(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { userId, sessionId, persona }: AccessClaims,
  { id, byId }: { id: string; byId: string },
): Promise<SignedIn> {
  const at = new Date(now())
  const isAlive = and(
    eq(impersonations.id, id),
    eq(impersonations.userId, userId),
    eq(impersonations.persona, persona),
    isNull(impersonations.endedAt),
    gt(impersonations.expiresAt, at),
    eq(sessions.id, sessionId),
    eq(sessions.persona, 'super_admin'),
    isNull(sessions.revokedAt),
    gt(sessions.expiresAt, at),
    eq(admins.id, byId),
    sql`${admins.roles} ? 'super_admin' and ${users.roles} ? ${persona} and not ${users.roles} ? 'super_admin'`,
    eq(admins.isActive, true),
    isNull(admins.deletedAt),
    eq(users.isActive, true),
    isNull(users.deletedAt),
  )
  const [found] = await db
    .select({ user: users, by: { id: admins.id, name: admins.name }, until: impersonations.expiresAt })
    .from(impersonations)
    .innerJoin(sessions, eq(sessions.id, impersonations.sessionId))
    .innerJoin(admins, eq(admins.id, sessions.userId))
    .innerJoin(users, eq(users.id, impersonations.userId))
    .where(isAlive)
  if (!found) throw new OrielError('AUTH_ERROR', 'You are seeing Oriel as yourself again.')
  const { user, by, until } = found
  return {
    userId,
    sessionId,
    keyId: null,
    persona,
    permissions: permissionsOf(user, persona),
    impersonation: { id, by, until: until.getTime() },
  }
}
