import type { Runtime } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { Handles } from '../handles'
import { findLiveImplementation } from './find-live-implementation'
import { implementationNotFound } from './read-implementations'

/**
 * What anybody may know of an implementation: what its frame shows anyway.
 * @throws OrielError RESOURCE_NOT_FOUND; PERMISSION_ERROR while it may not be shown; RESOURCE_CONFLICT without a release
 */
export async function getRuntime(handles: Pick<Handles, 'db'>, id: string): Promise<Runtime> {
  const live = await findLiveImplementation(handles, id)
  if (!live) throw implementationNotFound()
  if (live.status !== 'active')
    throw new OrielError('PERMISSION_ERROR', `This widget is ${live.status.replace('_', ' ')}.`)
  if (!live.manifest)
    throw new OrielError('RESOURCE_CONFLICT', 'Nothing is released on the channel of this widget.')
  const { status, title, version, integrity, configuration } = live
  const { permissions, events, height } = live.manifest
  return { id, status, title, version, integrity, permissions, events, height, configuration }
}
