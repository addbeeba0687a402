import { nanoid } from 'nanoid'
import { ID_PREFIX } from '../../../schema/wire/id'
import type { FrameRefusal, SessionClaims } from '../../../schema/wire/frame'
import type { Handles } from '../handles'
import {
  findLiveImplementation,
  getBundle,
  type LiveImplementation,
} from '../implementations/find-live-implementation'
import { signSessionToken } from '../ingest/session-token'
import { prepareRoom, renderFrame, renderRefusal, type FrameAnswer, type Room } from './render-frame'

/** A release or a new configuration is live everywhere after this long, and a busy site asks Postgres this often. */
const FRESH_MS = 2_000
const CACHED_IMPLEMENTATIONS = 5_000
const CACHED_ROOMS = 500

type Caches = {
  implementations: Map<string, { found: Promise<LiveImplementation | undefined>; at: number }>
  rooms: Map<string, Promise<Room>>
}
const cachesOf = new WeakMap<object, Caches>()

/**
 * Answers `GET /w/:id`. A preview is for our own pages only and is never billed; so that nobody runs a site on
 * previews, it may be framed by nobody else.
 */
export async function serveFrame(handles: Handles, id: string, isPreview: boolean): Promise<FrameAnswer> {
  const { frame, config, keys } = handles
  const now = handles.now()
  const live = await findCached(handles, id, now)
  const refusal = refusalOf(live)
  if (refusal || !live?.manifest) return renderRefusal(frame, refusal ?? 'unreleased')
  const claims: SessionClaims = {
    im: live.id,
    pr: live.projectId,
    bu: live.builderId,
    eu: live.endUserId,
    ver: live.version,
    sid: `${ID_PREFIX.session}_${nanoid(16)}`,
    ...(isPreview && { pre: 1 }),
  }
  const origins = isPreview ? [new URL(config.baseUrl).origin] : live.origins
  const [room, token] = await Promise.all([
    findRoom(handles, live.manifest, live.integrity),
    signSessionToken(keys.session, claims, now),
  ])
  return renderFrame(frame, room, { ...live, origins }, { token, baseUrl: config.baseUrl, now })
}

function refusalOf(live: LiveImplementation | undefined): FrameRefusal | undefined {
  if (!live) return 'unknown'
  if (live.status !== 'active') return live.status
  return live.version === null ? 'unreleased' : undefined
}

function caches({ db }: Handles): Caches {
  const known = cachesOf.get(db)
  if (known) return known
  const made: Caches = { implementations: new Map(), rooms: new Map() }
  cachesOf.set(db, made)
  return made
}

function findCached(handles: Handles, id: string, now: number) {
  const { implementations } = caches(handles)
  const known = implementations.get(id)
  if (known && now - known.at < FRESH_MS && now >= known.at) return known.found
  const found = findLiveImplementation(handles, id)
  found.catch(() => implementations.delete(id))
  remember(implementations, id, { found, at: now }, CACHED_IMPLEMENTATIONS)
  return found
}

/** Versions never change, so a prepared room stays until newer ones need its place. */
function findRoom(
  handles: Handles,
  manifest: NonNullable<LiveImplementation['manifest']>,
  integrity: string,
) {
  const { rooms } = caches(handles)
  const key = `${integrity} ${manifest.name}@${manifest.version}`
  const known = rooms.get(key)
  if (known) return known
  const room = getBundle(handles, integrity).then((bundle) =>
    prepareRoom(handles.frame, { manifest, bundle }),
  )
  room.catch(() => rooms.delete(key))
  remember(rooms, key, room, CACHED_ROOMS)
  return room
}

function remember<T>(cache: Map<string, T>, key: string, value: T, most: number) {
  cache.delete(key)
  cache.set(key, value)
  if (cache.size > most) cache.delete(cache.keys().next().value!)
}
