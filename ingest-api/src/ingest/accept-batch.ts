import { OrielError } from '../../../schema/wire/error'
import {
  isBatchEnvelope,
  MAX_BATCH_EVENTS,
  MAX_EVENT_DATA_BYTES,
  REFUSALS,
  refusalOf,
  type Receipt,
  type Refusal,
  type WireEvent,
} from '../../../schema/wire/event'
import type { SessionClaims } from '../../../schema/wire/frame'
import { isUuidV7, timeOfUuidV7 } from '../../../schema/wire/id'
import { isObject } from '../../../schema/wire/json'
import type { Handles } from '../handles'
import type { SpooledEvent } from '../spool/spool'
import { verifySessionToken } from './session-token'
import { describeVisitor, type Source, type Visitor } from './visitor'

/**
 * Decides the fate of every event in a batch and spools the survivors.
 * Resolves only once the spool holds them durably: a 202 means they are safe. One bad event costs only itself.
 * @param body what the client sent, parsed
 * @throws OrielError VALIDATION_ERROR when it is not a batch, TOKEN_INVALID or TOKEN_EXPIRED when its token does not
 * verify, SERVICE_UNAVAILABLE when nothing can be kept; then nothing of it is stored
 */
export async function acceptBatch(
  { db, caches, spool, keys, now }: Pick<Handles, 'db' | 'caches' | 'spool' | 'keys' | 'now'>,
  body: unknown,
  source: Source,
): Promise<Receipt> {
  if (!isBatchEnvelope(body))
    throw new OrielError(
      'VALIDATION_ERROR',
      `A batch is {"token": string, "sentAt": number, "events": [1 to ${MAX_BATCH_EVENTS} events]}.`,
    )
  const receivedAt = now()
  const claims = await verifySessionToken(keys.session, body.token, receivedAt)
  const visitor = await describeVisitor({ db, caches }, claims.im, source, receivedAt)
  const receipt: Receipt = { accepted: 0, duplicates: 0, rejected: [] }
  const spooled: SpooledEvent[] = []
  for (const event of body.events) {
    const verdict = toRow(event, receivedAt, claims, visitor)
    if (typeof verdict === 'object') spooled.push(verdict)
    else receipt.rejected.push({ id: idOf(event), code: verdict, message: REFUSALS[verdict] })
  }
  if (spooled.length > 0) receipt.duplicates = await spool.append(spooled)
  receipt.accepted = spooled.length - receipt.duplicates
  return receipt
}

/** The ClickHouse row of an event, or why there is none. Its time is the one inside its id, so a retry never moves it. */
function toRow(
  event: unknown,
  receivedAt: number,
  claims: SessionClaims,
  visitor: Visitor,
): SpooledEvent | Refusal {
  const refusal = refusalOf(event, receivedAt)
  if (refusal) return refusal
  const { id, type, name = '', data = {} } = event as WireEvent
  const json = JSON.stringify(data)
  if (json.length > MAX_EVENT_DATA_BYTES || Buffer.byteLength(json) > MAX_EVENT_DATA_BYTES)
    return 'data_too_large'
  const row = {
    id,
    builder_id: claims.bu,
    project_id: claims.pr,
    implementation_id: claims.im,
    end_user_id: claims.eu,
    event_type: type,
    event_name: name,
    event_data: json,
    created_at: timeOfUuidV7(id),
    session_id: claims.sid,
    version: claims.ver,
    preview: claims.pre === 1,
    ...visitor,
  }
  return { id, line: JSON.stringify(row) }
}

const idOf = (event: unknown) => (isObject(event) && isUuidV7(event.id) ? event.id : null)
