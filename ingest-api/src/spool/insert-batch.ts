import type { ClickHouse } from '../clickhouse'
import { describeError, type Log } from '../log'
import { EVENT_COLUMNS, readEventRow } from './event-row'
import type { Batch } from './outcome'

/**
 * ClickHouse's words for "these rows cannot be": trying again does not help. Anything else (memory, too many parts,
 * a lost connection) passes. https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
const DATA_ERRORS = new Set('6 25 26 27 33 38 41 53 69 70 72 117 130 131 321 349 376 441 467 691'.split(' '))

/** Inserts what was taken and the counts of what became of it, both once, however often it is called. */
export async function insertBatch(
  clickhouse: Pick<ClickHouse, 'insert'>,
  token: string,
  { events, outcomes }: Batch,
  log: Log,
): Promise<void> {
  if (events.length > 0) await insertEvents(clickhouse, token, events, log)
  if (!outcomes.isEmpty)
    await clickhouse.insert('ingest_outcomes', `${token}:outcomes`, outcomes.toLines().join('\n'))
}

/**
 * Inserts rows under a token, once, however often it is called. Rows that ClickHouse refuses are halved until the
 * poisonous ones stand alone; those go to `dead_letters` with the reason, and their neighbours are stored.
 * @throws whatever else ClickHouse says; then the caller tries again later
 */
async function insertEvents(
  clickhouse: Pick<ClickHouse, 'insert'>,
  token: string,
  rows: Batch['events'],
  log: Log,
): Promise<void> {
  try {
    await clickhouse.insert('events', token, rows, EVENT_COLUMNS)
  } catch (error) {
    if (!isDataError(error)) throw error
    const lines = rows.toString().split('\n')
    if (lines.length === 1) {
      log.error('event went to dead_letters', describeError(error))
      const event = readEventRow(lines[0]!)
      const { builder_id, implementation_id, created_at } = event
      const letter = {
        token,
        builder_id,
        implementation_id,
        line: JSON.stringify(event),
        ...(Number.isSafeInteger(created_at) && { event_at: created_at }),
        reason: error instanceof Error ? error.message.slice(0, 1000) : '',
      }
      await clickhouse.insert('dead_letters', `${token}:dead`, JSON.stringify(letter))
      return
    }
    const half = lines.length >> 1
    await insertEvents(clickhouse, `${token}:0`, lines.slice(0, half).join('\n'), log)
    await insertEvents(clickhouse, `${token}:1`, lines.slice(half).join('\n'), log)
  }
}

/** True when ClickHouse says that a row cannot be, as opposed to that it cannot take one now. */
export const isDataError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && DATA_ERRORS.has(error.code)
