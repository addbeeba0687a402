import type { Refusal } from '../../../schema/wire/event'
import type { Account } from './outcome'

/**
 * An accepted event on its way to ClickHouse: its id and its finished row, one line of JSONCompactEachRow with
 * the columns of `EVENT_COLUMNS`, without newline.
 */
export type SpooledEvent = { id: string; line: string; account: Account }

/** An event that is not kept but counted. `example` is what came, cut short. */
export type RefusedEvent = { account: Account; refusal: Refusal; example: string }

export type SpoolDepth = { events: number; bytes: number; oldestAt: number | null }

/**
 * Holds events between the 202 and ClickHouse.
 * What `append` resolved for survives `kill -9` and reaches ClickHouse, and an id it has seen lately is taken once.
 */
export type Spool = {
  /**
   * Resolves with the number of duplicates once every event is durable, those of earlier appends it repeats included,
   * and with them the count of what became of each.
   * @throws OrielError SERVICE_UNAVAILABLE when the spool is full or its disk fails; then nothing was accepted
   */
  append(events: SpooledEvent[], refused?: RefusedEvent[]): Promise<number>
  depth(): SpoolDepth
  /** Why nothing can be accepted right now, or nothing. */
  failure(): string | undefined
  /** Sends what is held and lets go. What could not be sent stays for the next start. */
  close(): Promise<void>
}
