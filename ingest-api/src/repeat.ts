/**
 * Does a round of work again and again, one at a time, until it is closed, which waits for the round under way.
 * A round must not throw, and says how long to rest after it, in ms.
 * @param startMs how long to wait before the first
 */
export function repeat(round: () => Promise<number>, startMs = 0): { close(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let closed = false
  const rest = (ms: number) => {
    if (!closed) timer = setTimeout(() => (running = round().then(rest)), ms).unref()
  }
  rest(startMs)
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}

/** How long to wait before the next try: twice as long after each, up to the most. `tries` counts those that failed, from 1. */
export const backoffMs = (tries: number, { first, most }: { first: number; most: number }): number =>
  Math.min(first * 2 ** (tries - 1), most)
