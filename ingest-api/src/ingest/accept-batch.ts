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
import { isUuidV7, timeOfUuidV7 } from '../../../schema/wire/id'
import { isObject } from '../../../schema/wire/json'
import type { Handles } from '../handles'
import type { SpooledEvent } from '../spool/spool'
import { openSession } from './session'
import type { Source } from './visitor'

/**
 * Decides the fate of every event in a batch and spools the survivors.
 * Resolves only once the spool holds them durably: a 202 means they are safe. One bad event costs only itself.
 * @param body what the client sent, parsed
 * @throws OrielError VALIDATION_ERROR when it is not a batch, TOKEN_INVALID or TOKEN_EXPIRED when its token does not
 * verify, SERVICE_UNAVAILABLE when nothing can be kept; then nothing of it is stored
 */
export async function acceptBatch(
  handles: Pick<Handles, 'db' | 'spool' | 'keys' | 'caches' | 'now'>,
  body: unknown,
  source: Source,
): Promise<Receipt> {
  if (!isBatchEnvelope(body))
    throw new OrielError(
      'VALIDATION_ERROR',
      `A batch is {"token": string, "sentAt": number, "events": [1 to ${MAX_BATCH_EVENTS} events]}.`,
    )
  const receivedAt = handles.now()
  const { rowEnd } = await openSession(handles, body.token, source, receivedAt)
  const receipt: Receipt = { accepted: 0, duplicates: 0, rejected: [] }
  const spooled: SpooledEvent[] = []
  for (const event of body.events) {
    const verdict = toRow(event, receivedAt, rowEnd)
    if (typeof verdict === 'object') spooled.push(verdict)
    else receipt.rejected.push({ id: idOf(event), code: verdict, message: REFUSALS[verdict] })
  }
  if (spooled.length > 0) receipt.duplicates = await handles.spool.append(spooled)
  receipt.accepted = spooled.length - receipt.duplicates
  return receipt
}

/** The ClickHouse row of an event, or why there is none. Its time is the one inside its id, so a retry never moves it. */
function toRow(event: unknown, receivedAt: number, rowEnd: string): SpooledEvent | Refusal {
  const refusal = refusalOf(event, receivedAt)
  if (refusal) return refusal
  const { id, type, name = '', data } = event as WireEvent
  const json = data ? JSON.stringify(data) : '{}'
  if (json.length > MAX_EVENT_DATA_BYTES || Buffer.byteLength(json) > MAX_EVENT_DATA_BYTES)
    return 'data_too_large'
  // What was checked to need no escaping is put in as it is.
  const own = `{"id":"${id}","event_type":"${type}","created_at":${timeOfUuidV7(id)},"event_name":${JSON.stringify(name)},`
  return { id, line: `${own}"event_data":${JSON.stringify(json)},${rowEnd}` }
}

const idOf = (event: unknown) => (isObject(event) && isUuidV7(event.id) ? event.id : null)
