/** At most `quota` in `windowMs`, evenly refilled; a burst may use all of it at once. */
export type RatePolicy = { name: string; quota: number; windowMs: number }

export type RateVerdict = {
  allowed: boolean
  remaining: number
  /** Until one more is allowed, or the whole again. */ resetMs: number
}

/** More callers than this at once, and the ones that were quiet longest start anew. */
const MOST_BUCKETS = 100_000

/**
 * Token buckets (a bucket refills with time and every request takes one) in the memory of this process: several
 * processes allow together what each allows alone. That is meant for keeping things running, never for counting money.
 */
export class RateLimiter {
  private readonly buckets = new Map<string, { tokens: number; at: number }>()

  /** @param now epoch ms; `count` are taken together or not at all */
  take({ name, quota, windowMs }: RatePolicy, caller: string, now: number, count = 1): RateVerdict {
    const key = `${name} ${caller}`
    const known = this.buckets.get(key)
    const refilled = known ? known.tokens + (Math.max(0, now - known.at) / windowMs) * quota : quota
    const tokens = Math.min(quota, refilled)
    const allowed = tokens >= count
    const left = allowed ? tokens - count : tokens
    this.buckets.delete(key)
    this.buckets.set(key, { tokens: left, at: now })
    if (this.buckets.size > MOST_BUCKETS) this.buckets.delete(this.buckets.keys().next().value!)
    const missing = allowed ? quota - left : count - left
    return { allowed, remaining: Math.floor(left), resetMs: (missing / quota) * windowMs }
  }

  /** Gives one back, for what turned out not to count. */
  giveBack({ name, quota }: RatePolicy, caller: string): void {
    const bucket = this.buckets.get(`${name} ${caller}`)
    if (bucket) bucket.tokens = Math.min(quota, bucket.tokens + 1)
  }
}
