/** When somebody was last seen is written this often at most, so that reading stays reading. */
const SEEN_EVERY_MS = 60_000

/** True when a "last seen" is old enough to be written again; of requests that find so at once, the first writes. */
export const isStale = (seenAt: Date | null, at: Date): boolean =>
  seenAt === null || at.getTime() - seenAt.getTime() >= SEEN_EVERY_MS
