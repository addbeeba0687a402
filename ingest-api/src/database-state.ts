import { sql } from 'drizzle-orm'
import type { Database, Queryable } from './database'

/** After this long a question counts as lost with its connection: who comes later does not wait for it. */
const LOST_MS = 1_000

/**
 * Which transactions a question would see at a time, in Postgres's own words. Two times at which they are the same see
 * the same rows, whoever writes and from wherever, so that what was read under one state need not be read again while
 * the state is still that: it never returns once anything was committed. A server that takes over after another may count
 * the same transactions again, so the time at which it started belongs to it.
 * https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
 *
 * A transaction of this process that no kept answer has to tell of at once can be kept quiet: a state that
 * differs from the last by such transactions only is called the same.
 */
export class DatabaseState {
  #last: Promise<unknown> = Promise.resolve()
  #next: Promise<string> | undefined
  /** The last snapshot, and what the state is called since some time before it. */
  #snapshot: Snapshot | undefined
  #name = ''
  readonly #quiet = new Set<bigint>()

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
      const asked = ask(db).then((snapshot) => this.#nameOf(snapshot))
      this.#last = settled(asked)
      return asked
    })
    return this.#next
  }

  /** Within a transaction: kept answers need not tell of it before they are made anew for another reason. */
  async keepQuiet(tx: Queryable): Promise<void> {
    const [row] = await tx.execute<{ xid: string }>(sql`select pg_current_xact_id()::text as xid`)
    // Known before anybody can see it.
    this.#quiet.add(BigInt(row!.xid))
  }

  #nameOf(snapshot: Snapshot): string {
    const last = this.#snapshot
    this.#snapshot = snapshot
    if (!last || !listNew(last, snapshot)?.every((xid) => this.#quiet.has(xid))) this.#name = snapshot.text
    for (const xid of this.#quiet) if (xid < snapshot.least) this.#quiet.delete(xid)
    return this.#name
  }
}

/** Every transaction below `end` is over, but for those under way, of which `least` is the first. */
type Snapshot = { text: string; startedAt: string; least: bigint; end: bigint; underWay: Set<bigint> }

/** More than these are not told apart. */
const MOST_NEW = 1_000n

/** The transactions that ended between two snapshots, or nothing where nobody can say. */
function listNew(before: Snapshot, after: Snapshot): bigint[] | undefined {
  if (before.startedAt !== after.startedAt || after.end - before.end > MOST_NEW) return undefined
  const ended = [...before.underWay]
  for (let xid = before.end; xid < after.end; xid++) ended.push(xid)
  return ended.filter((xid) => !after.underWay.has(xid))
}

const settled = (asked: Promise<unknown>) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LOST_MS)
    const end = () => (clearTimeout(timer), resolve())
    asked.then(end, end)
  })

async function ask(db: Database): Promise<Snapshot> {
  const [row] = await db.execute<{ state: string }>(
    sql`select pg_current_snapshot() || ' ' || extract(epoch from pg_postmaster_start_time()) as state`,
  )
  const text = row!.state
  const [least, end, underWay, startedAt] = text.split(/[: ]/) as [string, string, string, string]
  const ids = underWay.split(',').filter((id) => id !== '')
  return { text, startedAt, least: BigInt(least), end: BigInt(end), underWay: new Set(ids.map(BigInt)) }
}
