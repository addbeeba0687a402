import { nanoid } from 'nanoid'
import { ID_PREFIX } from '../../../schema/wire/id'
import type { FrameRefusal } from '../../../schema/wire/frame'
import type { Manifest } from '../../../schema/wire/manifest'
import type { Handles } from '../handles'
import {
  findLiveImplementation,
  getBundle,
  type LiveImplementation,
} from '../implementations/find-live-implementation'
import { claimsOf } from '../ingest/session-claims'
import { signSessionToken } from '../ingest/session-token'
import { renderLauncher } from './render-launcher'
import { prepareRoom, renderFrame, renderRefusal, type FrameAnswer } from './render-frame'

/**
 * Answers `GET /w/:id`. A preview is for our own pages only and is never billed; so that nobody runs a site on
 * previews, it may be framed by nobody else.
 */
export async function serveFrame(handles: Handles, id: string, isPreview: boolean): Promise<FrameAnswer> {
  const { frame, config, keys } = handles
  const now = handles.now()
  const live = await findShown(handles, id, isPreview)
  const refusal = refusalOf(live)
  if (refusal || !live?.manifest) return renderRefusal(frame, refusal ?? 'unreleased')
  const claims = claimsOf(live, `${ID_PREFIX.session}_${nanoid(16)}`, isPreview)
  const origins = isPreview ? [new URL(config.baseUrl).origin] : live.origins
  const [room, token] = await Promise.all([
    findRoom(handles, live, now),
    signSessionToken(keys.session, claims, now),
  ])
  return renderFrame(frame, room, { ...live, origins }, { token, baseUrl: config.baseUrl, now })
}

/** Answers `GET /w/:id/launcher.js`. */
export async function serveLauncher(handles: Handles, id: string) {
  const live = await findShown(handles, id, false)
  return renderLauncher(refusalOf(live) ?? live?.manifest ?? 'unreleased')
}

/** What the world is shown, a moment old at most; a preview shows what was just saved. */
async function findShown(handles: Handles, id: string, isPreview: boolean) {
  // Anybody may ask for anything; what cannot be an id is not looked for.
  if (!/^im_[\w-]{21}$/.test(id)) return undefined
  const find = () => findLiveImplementation(handles, id)
  return isPreview ? find() : handles.caches.implementations.get(id, handles.now(), find)
}

function refusalOf(live: LiveImplementation | undefined): FrameRefusal | undefined {
  if (!live) return 'unknown'
  if (live.status !== 'active') return live.status
  return live.version === null ? 'unreleased' : undefined
}

/** A project's version never changes, so its room is prepared once. */
const findRoom = (handles: Handles, { projectId, manifest, integrity }: Shown, now: number) =>
  handles.caches.rooms.get(`${projectId}@${manifest.version}`, now, async () =>
    prepareRoom(handles.frame, { manifest, bundle: await getBundle(handles, integrity) }),
  )

type Shown = Extract<LiveImplementation, { manifest: Manifest }>
