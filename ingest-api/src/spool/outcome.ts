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

  countAccepted(account: Account): void {
    this.#accepted.set(account, (this.#accepted.get(account) ?? 0) + 1)
  }

  /** @param example the last event of its kind, as it came */
  count(account: Account, outcome: Outcome, events: number, example: string): void {
    const key = `${account} ${outcome}`
    const known = this.#others.get(key)
    if (known) Object.assign(known, { events: known.events + events, example })
    else this.#others.set(key, { account, outcome, events, example })
  }

  /** Rows of `ingest_outcomes`, one JSONEachRow line each. They begin otherwise than an event's line. */
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

/** Tells the lines of a batch apart, and makes one of the outcome lines that say the same. */
export function splitLines(lines: string[]): { events: string[]; outcomes: string[] } {
  const events: string[] = []
  const outcomes = new Outcomes()
  for (const line of lines) {
    if (line.startsWith('{"id":')) events.push(line)
    else {
      const row = JSON.parse(line)
      outcomes.count(
        `${row.builder_id} ${row.implementation_id} ${row.day}`,
        row.outcome,
        row.events,
        row.example,
      )
    }
  }
  return { events, outcomes: outcomes.toLines() }
}
