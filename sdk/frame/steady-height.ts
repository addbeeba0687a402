/** A shrink this small is a rounding or a caret, CSS pixels; following it lets frames creep (a known complaint). */
const IGNORED_SHRINK = 4
/** So many changes without a rest are a loop: the content's height follows the frame's, which follows the content's. */
const LOOP_CHANGES = 25
const REST_MS = 150

/**
 * Decides which of the widget's heights (CSS pixels) the frame follows.
 * A loop is frozen at the height that it began with, and told once.
 */
export function createSteadyHeight(follow: (height: number) => void, tellLoop: () => void) {
  let height = 0
  let before = 0
  let changes = 0
  let changedAt = -Infinity

  /** @param now in milliseconds of any steady clock */
  return (told: number, now: number) => {
    const next = Math.ceil(told)
    if (changes > LOOP_CHANGES || next <= 0 || (next <= height && next >= height - IGNORED_SHRINK)) return
    if (now - changedAt > REST_MS) {
      changes = 0
      before = height || next
    }
    changedAt = now
    height = next
    const isLoop = ++changes > LOOP_CHANGES
    follow(isLoop ? before : height)
    if (isLoop) tellLoop()
  }
}
