import { eq } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import type { Implementation } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import { hasPermission } from '../../../schema/wire/permission'
import type { StatusRequest } from '../../../schema/wire/requests'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { getImplementation, lockImplementation } from './read-implementations'

/**
 * Pauses, activates or suspends an implementation. The site's owner pauses and activates; suspending, and lifting it,
 * is for the builder and the platform.
 * @returns the implementation, or for a builder, whose business its settings are not, the status alone
 * @throws OrielError RESOURCE_NOT_FOUND, PERMISSION_ERROR, RESOURCE_CONFLICT while it is over its limit
 */
export async function setStatus(
  handles: Pick<Handles, 'db' | 'config' | 'now'>,
  { actor, requestId }: By,
  id: string,
  { status }: StatusRequest,
): Promise<Implementation | Pick<Implementation, 'id' | 'status'>> {
  await handles.db.transaction(async (tx) => {
    const { status: before } = await lockImplementation(tx, actor, id)
    const concernsSuspension = status === 'suspended' || before === 'suspended'
    if (!hasPermission(actor.permissions, concernsSuspension ? 'manage_implementations' : 'manage_widgets'))
      throw new OrielError(
        'PERMISSION_ERROR',
        concernsSuspension
          ? 'Only the builder or the platform suspends a widget or lifts its suspension.'
          : 'Only the owner of the site pauses and activates a widget.',
      )
    if (status === before) return
    if (before === 'over_limit')
      throw new OrielError(
        'RESOURCE_CONFLICT',
        'This widget is over its limit; that is lifted by the limit alone.',
      )
    await tx
      .update(widgetImplementations)
      .set({ status, updatedAt: new Date(handles.now()) })
      .where(eq(widgetImplementations.id, id))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'implementation.set_status',
      resource: { type: 'implementation', id },
      before: { status: before },
      after: { status },
    })
  })
  return hasPermission(actor.permissions, 'manage_widgets')
    ? getImplementation(handles, actor, id)
    : { id, status }
}
