import { createHash } from 'node:crypto'
import { ID_PREFIX, uuidV7 } from '../../../schema/wire/id'
import { OrielError } from '../../../schema/wire/error'
import type { Receipt, WireEvent } from '../../../schema/wire/event'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { acceptBatch } from '../ingest/accept-batch'
import { claimsOf } from '../ingest/session-claims'
import { signSessionToken } from '../ingest/session-token'
import type { Source } from '../ingest/visitor'
import { findLiveImplementation } from './find-live-implementation'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Takes one event of an implementation from its owner's own server, by the same way as a visitor's: a caller's events
 * of one day are one session. Whose implementation it is has been asked before. Without an id it happened now; whoever may send it twice gives it one.
 * @throws OrielError RESOURCE_CONFLICT unless it is active and released;
 * SERVICE_UNAVAILABLE when nothing can be kept
 */
export async function trackEvent(
  handles: Pick<Handles, 'config' | 'db' | 'spool' | 'keys' | 'caches' | 'now'>,
  actor: Actor,
  id: string,
  { id: eventId, at, ...event }: Omit<WireEvent, 'id' | 'at'> & { id?: string; at?: number },
  source: Source,
): Promise<Receipt> {
  const now = handles.now()
  const live = await handles.caches.implementations.get(id, now, () => findLiveImplementation(handles, id))
  if (live?.status !== 'active' || live.version === null)
    throw new OrielError('RESOURCE_CONFLICT', 'This widget is not active, so nothing can happen in it.')
  const claims = claimsOf(live, sessionOf(actor, id, now))
  const startOfDay = now - (now % DAY_MS)
  // Signed as of this morning, so that a day's events share one token and are checked once.
  const token = await signSessionToken(handles.keys.session, claims, startOfDay)
  const happened = { ...event, id: eventId ?? uuidV7(at ?? now), at: at ?? now }
  return acceptBatch(handles, { token, sentAt: now, events: [happened] }, source)
}

function sessionOf({ userId, sessionId, keyId }: Actor, id: string, now: number): string {
  const caller = `${userId} ${sessionId ?? keyId} ${id} ${Math.floor(now / DAY_MS)}`
  return `${ID_PREFIX.session}_${createHash('sha256').update(caller).digest('base64url').slice(0, 16)}`
}
