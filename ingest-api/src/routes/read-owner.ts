import { OrielError } from '../../../schema/wire/error'
import type { Persona } from '../../../schema/wire/permission'
import type { AppContext } from './context'

/**
 * Whose page `/api/builders/:id/…` or `/api/end-users/:id/…` is: `me`, one's own id, or anybody's for a super admin.
 * @throws OrielError PERMISSION_ERROR for another persona, RESOURCE_NOT_FOUND for another owner
 */
export function readOwner(c: AppContext, persona: Persona): string {
  const { actor } = c.var
  const id = c.req.param('id')
  if (actor.persona === 'super_admin' && id !== undefined && id !== 'me') return id
  if (actor.persona !== persona)
    throw new OrielError('PERMISSION_ERROR', `This is for the persona ${persona}.`)
  if (id !== 'me' && id !== actor.userId)
    throw new OrielError('RESOURCE_NOT_FOUND', 'There is nobody with this id.')
  return actor.userId
}
