/** At most `quota` in `windowMs`, evenly refilled; a burst may use all of it at once. */
export type RatePolicy = { name: string; quota: number; windowMs: number }

export type RateVerdict = {
  allowed: boolean
  remaining: number
  /** Until one more is allowed, or the whole again. */ resetMs: number
}

/** More callers of a policy than this at once, and the ones that were quiet longest start anew. */
const MOST_BUCKETS = 100_000
/** Who came back sooner keeps its place in that order, which is then right to this much and costs nothing. */
const SAME_PLACE_MS = 1_000

type Bucket = { tokens: number; at: number; placedAt: number }

/**
 * Token buckets (a bucket refills with time and every request takes one) in the memory of this process: several
 * processes allow together what each allows alone. That is meant for keeping things running, never for counting money.
 */
export class RateLimiter {
  private readonly policies = new Map<string, Map<string, Bucket>>()

  /** @param now epoch ms; `count` are taken together or not at all */
  take({ name, quota, windowMs }: RatePolicy, caller: string, now: number, count = 1): RateVerdict {
    let buckets = this.policies.get(name)
    if (!buckets) this.policies.set(name, (buckets = new Map()))
    let bucket = buckets.get(caller)
    if (bucket)
      bucket.tokens = Math.min(quota, bucket.tokens + (Math.max(0, now - bucket.at) / windowMs) * quota)
    else bucket = { tokens: quota, at: now, placedAt: NaN }
    bucket.at = now
    if (!(Math.abs(now - bucket.placedAt) < SAME_PLACE_MS)) {
      bucket.placedAt = now
      buckets.delete(caller)
      buckets.set(caller, bucket)
      if (buckets.size > MOST_BUCKETS) buckets.delete(buckets.keys().next().value!)
    }
    const allowed = bucket.tokens >= count
    if (allowed) bucket.tokens -= count
    const missing = allowed ? quota - bucket.tokens : count - bucket.tokens
    return { allowed, remaining: Math.floor(bucket.tokens), resetMs: (missing / quota) * windowMs }
  }

  /** Gives one back, for what turned out not to count. */
  giveBack({ name, quota }: RatePolicy, caller: string): void {
    const bucket = this.policies.get(name)?.get(caller)
    if (bucket) bucket.tokens = Math.min(quota, bucket.tokens + 1)
  }
}
