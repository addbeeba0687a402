import type { EventStream } from '../../schema/wire/analytics'
import type { RecentEvent, Usage } from '../../schema/wire/api'
import type { AnalysisName } from '../../schema/wire/pipeline'
import type { Configuration as OAuthConfiguration } from 'openid-client'
import type { VerifiedToken } from './accounts/access-token'
import type { KnownSession } from './accounts/find-session'
import { createSeen, type Seen } from './accounts/note-seen'
import type { SigningKey } from './accounts/signing-keys'
import { DatabaseState } from './database-state'
import type { Room } from './frame/render-frame'
import { Metrics } from './metrics'
import { RateLimiter } from './rate-limiter'
import type { LiveImplementation } from './implementations/find-live-implementation'
import { createChanges, type Changes } from './reports/changes'
import { Gathering } from './reports/gathering'
import type { BucketCounts } from './reports/count-buckets'
import type { ImplementationCount } from './reports/count-by-implementation'
import type { VersionCount } from './reports/count-versions'
import type { RankedImplementation } from './reports/rank-implementations'
import type { Tenant } from './reports/tenant'

/**
 * Keeps what is asked again and again in memory; the least recently stored makes room.
 *
 * On Node everybody who asks at once shares one load. On Workers a request must never wait for the I/O of another,
 * so that there only what has arrived is shared.
 */
export class Cache<Value> {
  private readonly values = new Map<string, { value: Value; at: number; weight: number }>()
  private readonly loading = new Map<string, Promise<Value>>()

  private weight = 0

  /**
   * `freshMs` is how long a value counts from when it was asked for; for `graceMs` longer it is still given, and loaded
   * anew meanwhile. `most` is how many values are kept or, where one can be far larger than another, how many bytes they
   * and their keys have together, which askers can make long.
   */
  constructor(
    private readonly options: {
      most: number
      freshMs: number
      graceMs?: number
      sharesLoads: boolean
      weigh?: (value: Value) => number
    },
  ) {}

  /** @param now epoch ms */
  async get(key: string, now: number, load: () => Promise<Value>): Promise<Value> {
    const { freshMs, graceMs = 0, sharesLoads } = this.options
    const known = this.values.get(key)
    const age = known ? now - known.at : Infinity
    if (known && age >= 0 && age < freshMs) return known.value
    if (!sharesLoads) return this.store(key, now, load)
    const loading = this.loading.get(key) ?? this.startLoading(key, now, load)
    if (!known || age < 0 || age >= freshMs + graceMs) return loading
    // Who asks after the grace hears of the failure, if it lasts.
    loading.catch(() => {})
    return known.value
  }

  private startLoading(key: string, now: number, load: () => Promise<Value>): Promise<Value> {
    const loading = this.store(key, now, load).finally(() => this.loading.delete(key))
    this.loading.set(key, loading)
    return loading
  }

  private async store(key: string, at: number, load: () => Promise<Value>): Promise<Value> {
    const value = await load()
    const { weigh, most } = this.options
    const weight = weigh ? key.length + weigh(value) : 1
    this.forget(key)
    // One that is heavier than all may be costs the others nothing.
    if (weight > most) return value
    this.values.set(key, { value, at, weight })
    this.weight += weight
    for (const oldest of this.values.keys()) {
      if (this.weight <= most) break
      this.forget(oldest)
    }
    return value
  }

  /** Loads anew, with everybody who does so at once. */
  renew(key: string, now: number, load: () => Promise<Value>): Promise<Value> {
    if (!this.options.sharesLoads) return this.store(key, now, load)
    return this.loading.get(key) ?? this.startLoading(key, now, load)
  }

  /** Who asks next has it loaded anew. */
  forget(key: string): void {
    this.weight -= this.values.get(key)?.weight ?? 0
    this.values.delete(key)
  }
}

/** Answers to one kind of question about a tenant, and where several tenants ask together. */
export type Report<Answer> = { kept: Cache<Answer>; gathering: Gathering<Answer> | undefined }

/**
 * An answer as it is sent, whose events it tells of, each as far as they had changed then, and when they were last known
 * not to have changed since, epoch ms.
 */
export type KeptAnswer = {
  body: string
  revision: number | undefined
  asked: { tenant: Tenant; step: number }[]
  currentAt: number
}

/** @param what names what is read and everything that it depends on but the asker; what is read is not changed. */
export type Reads = <Rows>(what: readonly unknown[], read: () => Promise<Rows>) => Promise<Rows>

/** What outlives a request: as long as the process on Node, as long as the isolate on Workers. */
export type Caches = {
  implementations: Cache<LiveImplementation | undefined>
  rooms: Cache<Room>
  salts: Cache<string>
  signingKeys: Cache<SigningKey[]>
  accessTokens: Cache<VerifiedToken>
  /** What is committed to Postgres, and under each such state the sessions and answers that were read. */
  state: DatabaseState
  sessions: Cache<KnownSession | undefined>
  answers: Cache<KeptAnswer>
  /** The rows they are made of, which stand longer: nothing that visitors do is in them. */
  rows: Cache<unknown>
  /** Reads rows, or has them from the same asker's last answer, where nothing was committed since: see `keepReads`. */
  reads: Reads
  /** How long one waits for events that have just come before the answer of a moment ago is given, ms. */
  patienceMs: number
  seen: Seen
  rates: RateLimiter
  metrics: Metrics
  /** When this process has noted last how each of what runs by itself went. */
  noted: Map<AnalysisName, { at: number; hasFailed: boolean }>
  /** How to talk to each sign-in provider. */
  providers: Cache<OAuthConfiguration>
  /**
   * When the rollup was last looked at, and before which quarter it held everything then, epoch ms; 0 where nobody
   * keeps it.
   */
  rollup: { at: number; until: number }
  /** Where the buckets of a series begin. */
  buckets: Cache<number[]>
  /** How often events of each tenant have changed, and what ClickHouse said of a tenant at one of those times. */
  changes: Changes
  usage: Report<Usage>
  counts: Report<ImplementationCount[]>
  histories: Report<BucketCounts>
  ranked: Report<RankedImplementation[]>
  recent: Report<RecentEvent[]>
  streams: Report<EventStream[]>
  versions: Report<VersionCount[]>
  /** The platform's most used implementations of a period. */
  ranks: Cache<RankedImplementation[]>
}

/** How long a report is kept where others store too. */
const SHORT_MS = 1_000

/**
 * `sharesLoads` is for Node, where one request may wait for what another asks. `answersMs` is how long a report is kept:
 * short where other processes store events too, because only what this one stores is noticed at once. Where it is long,
 * only the clock makes a report old, and it is given for as long again while it is made anew.
 */
export function createCaches(sharesLoads: boolean, answersMs = SHORT_MS): Caches {
  const graceMs = answersMs > SHORT_MS ? answersMs : 0
  const report = <Answer>(options: { most: number; weigh: (answer: Answer) => number }): Report<Answer> => ({
    kept: new Cache({
      ...options,
      freshMs: answersMs,
      graceMs,
      sharesLoads,
    }),
    gathering: sharesLoads ? new Gathering() : undefined,
  })
  return {
    // A release or a new configuration is live after this long, and a busy site asks Postgres this often.
    implementations: new Cache({ most: 5_000, freshMs: 2_000, sharesLoads }),
    // Versions never change, so a prepared room stays until newer ones need its place.
    rooms: new Cache({ most: 500, freshMs: Infinity, sharesLoads }),
    // A day has one salt; yesterday's goes when today's comes.
    salts: new Cache({ most: 1, freshMs: Infinity, sharesLoads }),
    // A new key is published ten minutes before it signs, so nobody misses it.
    signingKeys: new Cache({ most: 1, freshMs: 60_000, sharesLoads }),
    // The session behind a token is looked up whenever anything was committed; only its signature is not checked again.
    accessTokens: new Cache({ most: 10_000, freshMs: 60_000, sharesLoads }),
    state: new DatabaseState(sharesLoads),
    sessions: new Cache({ most: 10_000, freshMs: answersMs, sharesLoads }),
    // 32 MB of JSON.
    answers: new Cache({
      most: 32_000_000,
      freshMs: answersMs,
      graceMs,
      sharesLoads,
      weigh: ({ body }) => body.length,
    }),
    // 16 MB of JSON, their questions included.
    rows: new Cache({
      most: 16_000_000,
      freshMs: 2 * answersMs,
      sharesLoads,
      weigh: (rows) => JSON.stringify(rows).length,
    }),
    reads: (_, read) => read(),
    patienceMs: Infinity,
    seen: createSeen(),
    rates: new RateLimiter(),
    metrics: new Metrics(),
    noted: new Map(),
    // Providers change what they publish rarely, and keep what they published before for days.
    providers: new Cache({ most: 3, freshMs: 60 * 60 * 1000, sharesLoads }),
    rollup: { at: 0, until: 0 },
    // Of times and a time zone only, and people look at the same few.
    buckets: new Cache({ most: 500, freshMs: Infinity, sharesLoads }),
    // 8 MB of the ids of implementations and builders.
    changes: createChanges(50_000),
    // 20 MB each, of buckets of some 60 bytes, rows of some 200, and JSON.
    usage: report({ most: 20_000_000, weigh: ({ series }) => 60 * (series.length + 5) }),
    counts: report({ most: 20_000_000, weigh: (rows) => 200 * (rows.length + 1) }),
    histories: report({ most: 20_000_000, weigh: ({ series }) => 60 * (series.length + 2) }),
    ranked: report({ most: 20_000_000, weigh: (rows) => 200 * (rows.length + 1) }),
    recent: report({ most: 20_000_000, weigh: (events) => JSON.stringify(events).length }),
    streams: report({ most: 20_000_000, weigh: (rows) => 200 * (rows.length + 1) }),
    versions: report({ most: 20_000_000, weigh: (rows) => 200 * (rows.length + 1) }),
    // It reads every implementation's quarters, a second of work at 100 million events, and open dashboards ask every two.
    ranks: new Cache({ most: 20, freshMs: 30_000, sharesLoads }),
  }
}
