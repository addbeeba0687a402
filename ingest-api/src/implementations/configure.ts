import { eq, sql } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import type { Implementation } from '../../../schema/wire/api'
import { isKnownKey, mergePatch } from '../../../schema/wire/configuration'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import type { JsonObject } from '../../../schema/wire/json'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { getServedManifest } from './pin-version'
import { getImplementation, lockImplementation } from './read-implementations'

/**
 * Changes settings by a JSON Merge Patch. Settings that the served version no longer knows are kept aside unseen.
 * @param seen the revisions that the sender would change; undefined for any
 * @throws OrielError RESOURCE_NOT_FOUND; VALIDATION_ERROR by field; RESOURCE_CONFLICT while nothing is served;
 * PRECONDITION_FAILED when somebody has changed the settings since
 */
export async function configure(
  handles: Pick<Handles, 'db' | 'config' | 'now'>,
  { actor, requestId }: By,
  id: string,
  patch: JsonObject,
  seen?: readonly number[],
): Promise<Implementation> {
  const { checkConfiguration } = await import('../projects/check-configuration')
  await handles.db.transaction(async (tx) => {
    const { configuration: before, configurationRevision } = await lockImplementation(tx, actor, id)
    if (seen?.includes(configurationRevision) === false)
      throw new OrielError(
        'PRECONDITION_FAILED',
        'Somebody has changed these settings since you loaded them. Load them again.',
      )
    const manifest = await getServedManifest(tx, id)
    if (!manifest)
      throw new OrielError('RESOURCE_CONFLICT', 'Nothing is released on the channel of this widget.')
    const after = mergePatch(before, patch)
    const visible = Object.fromEntries(
      Object.entries(after).filter(([key]) => Object.hasOwn(patch, key) || isKnownKey(manifest.config, key)),
    )
    const fields = checkConfiguration(manifest.config, visible, 'configuration')
    if (fields.length > 0) throw invalidFields(fields)
    await tx
      .update(widgetImplementations)
      .set({
        configuration: after,
        configurationRevision: sql`${widgetImplementations.configurationRevision} + 1`,
        updatedAt: new Date(handles.now()),
      })
      .where(eq(widgetImplementations.id, id))
    await writeAudit(tx, {
      actor,
      requestId,
      action: 'implementation.configure',
      resource: { type: 'implementation', id },
      before: { configuration: before },
      after: { configuration: after },
    })
  })
  return getImplementation(handles, actor, id)
}
