import { eq } from 'drizzle-orm'
import { sessions } from '../../../schema/tables/sessions'
import { users } from '../../../schema/tables/users'
import type { Login } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { Persona } from '../../../schema/wire/permission'
import type { Handles } from '../handles'
import { ACCESS_SECONDS, signAccessToken } from './access-token'
import type { By, SignedIn } from './actor'
import { writeAudit } from './audit'
import type { SigningHandles } from './signing-keys'
import { toUser } from './users'

/**
 * Makes another of the user's personas the active one, in this session and for the next sign-in. Access tokens that
 * were given for the old one stop working.
 * @throws OrielError PERMISSION_ERROR when the user does not hold the persona, or switching is turned off here
 */
export async function switchPersona(
  handles: SigningHandles & Pick<Handles, 'config'>,
  { actor, requestId }: By<SignedIn>,
  persona: Persona,
): Promise<Login> {
  if (!handles.config.personaSwitching)
    throw new OrielError('PERMISSION_ERROR', 'Switching personas is turned off on this server.')
  const { userId, sessionId } = actor
  const user = await handles.db.transaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
    if (!user?.roles.includes(persona))
      throw new OrielError('PERMISSION_ERROR', `This account does not hold the persona ${persona}.`)
    await tx
      .update(users)
      .set({ persona, updatedAt: new Date(handles.now()) })
      .where(eq(users.id, userId))
    await tx.update(sessions).set({ persona }).where(eq(sessions.id, sessionId))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'session.switch_persona',
      resource: { type: 'session', id: sessionId },
      before: { persona: actor.persona },
      after: { persona },
    })
    return user
  })
  const accessToken = await signAccessToken(handles, { userId, sessionId, persona })
  return { user: toUser(user, persona), accessToken, expiresIn: ACCESS_SECONDS }
}
