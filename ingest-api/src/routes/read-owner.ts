import { OrielError } from '../../../schema/wire/error'
import type { Persona } from '../../../schema/wire/permission'
import { holderNotFound, requireHolder } from '../accounts/require-holder'
import type { AppContext } from './context'

/**
 * Whose page `/api/builders/:id/…` or `/api/end-users/:id/…` is: `me`, one's own id, or anybody's for a super admin.
 * @throws OrielError PERMISSION_ERROR for another persona, RESOURCE_NOT_FOUND for another owner and for nobody
 */
export async function readOwner(c: AppContext, persona: Persona): Promise<string> {
  const { actor, platform } = c.var
  const id = c.req.param('id')
  if (actor.persona === 'super_admin' && id !== undefined && id !== 'me') {
    await requireHolder(platform, id, persona)
    return id
  }
  if (actor.persona !== persona)
    throw new OrielError('PERMISSION_ERROR', `This is for the persona ${persona}.`)
  if (id !== 'me' && id !== actor.userId) throw holderNotFound()
  return actor.userId
}
