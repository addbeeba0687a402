import type { DeadLetter, DeadLetterState, ReplayRequest } from '../../../schema/wire/admin'
import { invalidFields, OrielError } from '../../../schema/wire/error'
import { MAX_EVENT_AGE_MS } from '../../../schema/wire/event'
import type { JsonObject } from '../../../schema/wire/json'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Handles } from '../handles'
import { isDataError } from '../spool/insert-batch'
import { eventOf, findRow, getDeadLetter } from './read-dead-letters'

type Needs = Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>

/** What a mended event must keep: whose it is, which it is and when it was. */
const KEPT = [
  'id',
  'created_at',
  'builder_id',
  'project_id',
  'implementation_id',
  'end_user_id',
  'session_id',
  'visitor',
  'preview',
] as const

/**
 * Puts an event in again, mended if `event` is given, under its own id: however often that happens, it is stored once.
 * Only while it is as young as events must be, for the hours before are sealed and may have been billed.
 * @throws OrielError RESOURCE_NOT_FOUND; RESOURCE_CONFLICT when it was replayed or discarded, is too old or was
 * anonymised; VALIDATION_ERROR when the mended event is another one, or ClickHouse still does not take it
 */
export async function replayDeadLetter(
  handles: Needs,
  by: By,
  id: string,
  { event: mended }: ReplayRequest,
): Promise<DeadLetter> {
  const row = await findRow(handles, id)
  demandOpen(row.state)
  const original = eventOf(row)
  if (!original)
    throw new OrielError(
      'RESOURCE_CONFLICT',
      'The event was anonymised or its time is over, so it cannot be stored.',
    )
  if (Number(original.created_at) < handles.now() - MAX_EVENT_AGE_MS)
    throw new OrielError(
      'RESOURCE_CONFLICT',
      'The event is older than 48 hours, and usage of that time is sealed. It can only be discarded.',
    )
  const event = mended ?? original
  const another = KEPT.find((name) => event[name] !== original[name])
  if (another) throw invalidEvent(`"${another}" must stay ${JSON.stringify(original[another])}.`)
  await decide(handles, row.token, 'replaying')
  try {
    await handles.clickhouse.insert('events', `${row.token}:replay:${handles.now()}`, JSON.stringify(event))
  } catch (error) {
    // Anything else leaves it unknown whether the event is stored; replaying it again settles that.
    if (!isDataError(error)) throw error
    await decide(handles, row.token, 'open')
    throw invalidEvent(error.message.slice(0, 500))
  } finally {
    handles.caches.changes.note([row.implementationId], [row.builderId])
  }
  await writeAudit(handles.db, {
    ...by,
    action: 'dead_letter.replay',
    resource: { type: 'dead_letter', id },
    after: { implementationId: row.implementationId, mended: changesOf(original, event) },
  })
  await decide(handles, row.token, 'replayed')
  return getDeadLetter(handles, id)
}

/**
 * Gives an event up. It stays quarantined in every sum, with the reason on record.
 * @throws OrielError RESOURCE_NOT_FOUND; RESOURCE_CONFLICT when it was replayed or discarded before
 */
export async function discardDeadLetter(
  handles: Needs,
  by: By,
  id: string,
  reason: string,
): Promise<DeadLetter> {
  const row = await findRow(handles, id)
  demandOpen(row.state, 'replaying')
  await writeAudit(handles.db, {
    ...by,
    action: 'dead_letter.discard',
    resource: { type: 'dead_letter', id },
    after: { implementationId: row.implementationId, reason },
  })
  await decide(handles, row.token, 'discarded')
  return getDeadLetter(handles, id)
}

function demandOpen(state: DeadLetterState, ...closed: DeadLetterState[]): void {
  if (state === 'replayed' || state === 'discarded' || closed.includes(state))
    throw new OrielError('RESOURCE_CONFLICT', `The event is ${state} already.`)
}

async function decide({ clickhouse, now }: Needs, token: string, state: DeadLetterState): Promise<void> {
  const [last] = await clickhouse.query<{ at: number }>(
    `SELECT toFloat64(toUnixTimestamp64Milli(max(at))) AS at FROM dead_letter_decisions WHERE token = {token: String}`,
    { token },
  )
  // Two decisions within a millisecond still have an order.
  const at = Math.max(now(), last!.at + 1)
  await clickhouse.insert(
    'dead_letter_decisions',
    `${token}:${state}:${at}`,
    JSON.stringify({ token, state, at }),
  )
}

/** Names only: what visitors sent has no place in the audit log. */
const changesOf = (before: JsonObject, after: JsonObject) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )

const invalidEvent = (message: string) => invalidFields([{ path: 'event', message }])
