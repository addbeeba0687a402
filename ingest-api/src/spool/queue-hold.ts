import { MAX_EVENT_AGE_MS } from '../../../schema/wire/event'
import { isUuidV7, timeOfUuidV7 } from '../../../schema/wire/id'
import type { Handles } from '../handles'
import { HOUR_MS, sealedUntil } from '../usage/sealed-until'
import { readEventRow } from './event-row'

/**
 * How old an event may be when it comes out of a queue.
 *
 * Sealing must know what a queue may still deliver, and a queue cannot be asked: its backlog is told approximately, its
 * order is best effort, a message may be tried for days, lie in the dead letter queue and be put back by hand, and what
 * is left over ends without a word. So nobody asks. The consumer stores nothing that happened longer ago than this, and
 * sealing stays so far behind the clock for as long as there are queues. Whatever else a queue does, an hour that is
 * sealed cannot change. What comes too late is not lost, it goes to `dead_letters`.
 *
 * Four days are what a queue keeps messages for unless it is told otherwise, so of events that were young when they were
 * accepted none is set aside that a queue, as it is made, delivers at all.
 */
export const QUEUE_HOLD_MS = 4 * 24 * HOUR_MS

/**
 * How far behind the clock queues count as handed over. Events are accepted up to five minutes early; the rest of the
 * hour, and the 49 that sealing stays behind every spool, are more than clocks differ and an insert takes.
 */
export const QUEUE_LAG_MS = QUEUE_HOLD_MS + HOUR_MS

/** What all queues together are called among the spools: the promise is the same for each of them. */
export const QUEUE_SPOOL = 'queue'

/** Tells whoever seals, here or in a process beside, that there are queues. */
export async function noteQueue({ clickhouse, now }: Pick<Handles, 'clickhouse' | 'now'>): Promise<void> {
  const at = now()
  const mark = { spool: QUEUE_SPOOL, drained_to: at - QUEUE_LAG_MS, holds: true }
  await clickhouse.insert('spool_watermarks', `${QUEUE_SPOOL}:watermark:${at}`, JSON.stringify(mark))
}

/**
 * Parts the lines of events that came out of a queue. Late are those that must not be stored any more: too old for the
 * hold or, where sealing went on before anybody knew of the queue, of an hour that is sealed.
 */
export async function partLate(
  { clickhouse, now }: { clickhouse: Pick<Handles['clickhouse'], 'query'>; now: () => number },
  lines: string[],
): Promise<{ inTime: string[]; late: string[] }> {
  const at = now()
  // What might have been accepted just now cannot be sealed, and nearly every delivery is nothing but that.
  if (lines.every((line) => !(timeOf(line) < at - MAX_EVENT_AGE_MS))) return { inTime: lines, late: [] }
  const closed = Math.max(at - QUEUE_HOLD_MS, await sealedUntil({ clickhouse }))
  return {
    inTime: lines.filter((line) => !(timeOf(line) < closed)),
    late: lines.filter((line) => timeOf(line) < closed),
  }
}

/** Sets late events aside, each once, unless an earlier delivery brought them in time. */
export async function setLateAside(
  { clickhouse }: { clickhouse: Pick<Handles['clickhouse'], 'insert' | 'query'> },
  late: string[],
  token: string,
): Promise<void> {
  const times = late.map(timeOf)
  const rows = await clickhouse.query<{ known: string }>(
    `SELECT toString(id) AS known FROM events WHERE id IN ({ids: Array(UUID)})
       AND created_at BETWEEN fromUnixTimestamp64Milli({from: Int64}) AND fromUnixTimestamp64Milli({to: Int64})
     UNION ALL
     SELECT substring(token, ${LETTER.length + 1}) AS known FROM dead_letters WHERE token IN ({tokens: Array(String)})`,
    {
      ids: late.map(idOf),
      tokens: late.map((line) => LETTER + idOf(line)),
      from: times.reduce((a, b) => Math.min(a, b)),
      to: times.reduce((a, b) => Math.max(a, b)),
    },
  )
  const seen = new Set(rows.map(({ known }) => known))
  const letters = late.flatMap((line) => {
    if (seen.has(idOf(line))) return []
    seen.add(idOf(line))
    const row = readEventRow(line)
    const { builder_id, implementation_id, created_at: event_at } = row
    const about = { token: LETTER + idOf(line), reason: REASON, builder_id, implementation_id, event_at }
    return JSON.stringify({ ...about, line: JSON.stringify(row, NAMELESS) })
  })
  if (letters.length > 0) await clickhouse.insert('dead_letters', `${token}:late`, letters.join('\n'))
}

const LETTER = 'late:'
/** It can only be discarded, so nobody needs what says who the visitor was, and who was forgotten stays so. */
const NAMELESS =
  'id created_at event_type event_name version bot preview builder_id project_id implementation_id end_user_id'.split(
    ' ',
  )
const REASON = 'It came out of the queue when the usage of its time was sealed, or about to be.'

/** Every line begins with its id: `["<36 characters>"`. */
const idOf = (line: string) => line.slice(2, 38)
/** NaN for what is no event; whoever stores it finds that out. */
const timeOf = (line: string) => (isUuidV7(idOf(line)) ? timeOfUuidV7(idOf(line)) : NaN)
