import { eq } from 'drizzle-orm'
import { implementationOrigins, widgetImplementations } from '../../../schema/tables/implementations'
import type { Implementation } from '../../../schema/wire/api'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { getImplementation, lockImplementation } from './read-implementations'

/**
 * Says on which origins an implementation may be shown: these and no others.
 * @param origins normalised, at least one
 * @throws OrielError RESOURCE_NOT_FOUND
 */
export async function setOrigins(
  handles: Pick<Handles, 'db' | 'config' | 'now'>,
  { actor, requestId }: By,
  id: string,
  origins: string[],
): Promise<Implementation> {
  const allowed = [...new Set(origins)]
  await handles.db.transaction(async (tx) => {
    await lockImplementation(tx, actor, id)
    const before = await tx
      .delete(implementationOrigins)
      .where(eq(implementationOrigins.implementationId, id))
      .returning({ origin: implementationOrigins.origin })
    await tx.insert(implementationOrigins).values(allowed.map((origin) => ({ implementationId: id, origin })))
    await tx
      .update(widgetImplementations)
      .set({ updatedAt: new Date(handles.now()) })
      .where(eq(widgetImplementations.id, id))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'implementation.set_origins',
      resource: { type: 'implementation', id },
      before: { origins: before.map(({ origin }) => origin) },
      after: { origins: allowed },
    })
  })
  return getImplementation(handles, actor, id)
}
