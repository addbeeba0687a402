import { sql } from 'drizzle-orm'
import type { Database } from './database'

/** After this long a question counts as lost with its connection: who comes later does not wait for it. */
const LOST_MS = 1_000

/**
 * Which transactions a question would see at a time, in Postgres's own words. Two times at which they are the same see
 * the same rows, whoever writes and from wherever, so that what was read under one state need not be read again while
 * the state is still that: it never returns once anything was committed. A server that takes over after another may count
 * the same transactions again, so the time at which it started belongs to it.
 * https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
 */
export class DatabaseState {
  #last: Promise<unknown> = Promise.resolve()
  #next: Promise<string> | undefined

  /** @param sharesLoads where one request may not wait for the I/O of another, nothing is known and nothing asked */
  constructor(private readonly sharesLoads: boolean) {}

  /**
   * The state at some time after this call. One question is under way at a time; whoever comes meanwhile may have seen
   * what it does not, and shares the next.
   */
  read(db: Database): Promise<string | undefined> {
    if (!this.sharesLoads) return Promise.resolve(undefined)
    this.#next ??= this.#last.then(() => {
      this.#next = undefined
      const asked = ask(db)
      this.#last = settled(asked)
      return asked
    })
    return this.#next
  }
}

const settled = (asked: Promise<unknown>) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LOST_MS)
    const end = () => (clearTimeout(timer), resolve())
    asked.then(end, end)
  })

async function ask(db: Database): Promise<string> {
  const [row] = await db.execute<{ state: string }>(
    sql`select pg_current_snapshot() || ' ' || extract(epoch from pg_postmaster_start_time()) as state`,
  )
  return row!.state
}
