import type { Refusal } from '../../../schema/wire/event'

/** What can become of an event that arrived with a valid token. */
export type Outcome = 'accepted' | 'duplicate' | Refusal

/**
 * Where an event is counted: `builder implementation day`, ids and `2026-11-20` with spaces between. Events of one
 * account are given the same string, which makes counting cheap.
 */
export type Account = string

/** Counts of what became of events, kept beside them and made durable by the same write. */
export class Outcomes {
  #accepted = new Map<Account, number>()
  #others = new Map<string, { account: Account; outcome: Outcome; events: number; example: string }>()

  get isEmpty(): boolean {
    return this.#accepted.size === 0 && this.#others.size === 0
  }

  countAccepted(account: Account, events = 1): void {
    this.#accepted.set(account, (this.#accepted.get(account) ?? 0) + events)
  }

  get accepted(): number {
    return [...this.#accepted.values()].reduce((sum, events) => sum + events, 0)
  }

  /** Whose events were accepted. */
  get implementations(): string[] {
    return [...new Set(Array.from(this.#accepted.keys(), (account) => account.split(' ')[1]!))]
  }

  get builders(): string[] {
    return [...new Set(Array.from(this.#accepted.keys(), (account) => account.split(' ')[0]!))]
  }

  /** @param example the last event of its kind, as it came */
  count(account: Account, outcome: Outcome, events: number, example: string): void {
    const key = `${account} ${outcome}`
    const known = this.#others.get(key)
    if (known) Object.assign(known, { events: known.events + events, example })
    else this.#others.set(key, { account, outcome, events, example })
  }

  /** Rows of `ingest_outcomes`, one JSONEachRow line each. */
  toLines(): string[] {
    const lines: string[] = []
    for (const [account, events] of this.#accepted) lines.push(toLine(account, 'accepted', events, ''))
    for (const { account, outcome, events, example } of this.#others.values())
      lines.push(toLine(account, outcome, events, example))
    return lines
  }
}

function toLine(account: Account, outcome: Outcome, events: number, example: string): string {
  const [builder_id, implementation_id, day] = account.split(' ')
  return JSON.stringify({ builder_id, implementation_id, day, outcome, events, example })
}

/** What is inserted together: rows of `events`, one line each, and what became of everything that came. */
export type Batch = { events: string | Buffer; outcomes: Outcomes }

/** An outcome is an object, an event's row an array. */
export const isOutcome = (line: string | Buffer): boolean =>
  (typeof line === 'string' ? line.charCodeAt(0) : line[0]) === OUTCOME_BYTE
const OUTCOME_BYTE = '{'.charCodeAt(0)
const NEWLINE = 10

/** Cuts the lines of a write before the outcomes, which stand last, without looking at every event. */
export function cutOutcomes(payload: Buffer): { events: Buffer; outcomes: string[] } {
  const outcomes: string[] = []
  let end = payload.length
  while (end > 0) {
    const start = payload.lastIndexOf(NEWLINE, end - 1) + 1
    const line = payload.subarray(start, end)
    if (!isOutcome(line)) break
    outcomes.push(line.toString())
    end = Math.max(0, start - 1)
  }
  return { events: payload.subarray(0, end), outcomes }
}

/** Adds up outcome lines, and makes one of those that say the same. */
export function addOutcomes(lines: string[]): Outcomes {
  const outcomes = new Outcomes()
  for (const line of lines) {
    const row = JSON.parse(line)
    const account = `${row.builder_id} ${row.implementation_id} ${row.day}`
    if (row.outcome === 'accepted') outcomes.countAccepted(account, row.events)
    else outcomes.count(account, row.outcome, row.events, row.example)
  }
  return outcomes
}
