/** A shrink this small is a rounding or a caret, CSS pixels; following it lets frames creep (a known complaint). */
const IGNORED_SHRINK = 4
/** Twenty-five reports a second follow an animation closely enough and stay far below the message limit. */
const PAUSE_MS = 40
/** So many changes without a rest are a loop: the content's height follows the frame's, which follows the content's. */
const LOOP_CHANGES = 25
const REST_MS = 150

/**
 * Tells the height of the body's border box in CSS pixels, at once and whenever it changes.
 * A loop is frozen at the height it began with, and told once.
 */
export function watchHeight(tell: (height: number) => void, tellLoop: () => void): void {
  let height = 0
  let before = 0
  let changes = 0
  let changedAt = 0
  let timer = 0

  const measure = () => {
    const now = performance.now()
    const next = Math.ceil(document.body.getBoundingClientRect().height)
    timer = 0
    if (!next || (next <= height && next >= height - IGNORED_SHRINK)) return
    if (now - changedAt > REST_MS) {
      changes = 0
      before = height
    }
    changedAt = now
    height = next
    if (++changes > LOOP_CHANGES) {
      observer.disconnect()
      tell(before)
      tellLoop()
    } else tell(height)
  }
  const observer = new ResizeObserver(() => {
    timer ||= window.setTimeout(measure, PAUSE_MS)
  })
  measure()
  observer.observe(document.body)
}
