import type { Segment } from './segment'

type Place = { segment: number; offset: number }
type Mark = Place & { at: number }

/** Writes this close together share a mark; in an outage of hours the steps grow with it. */
const STEP_MS = 250
const MOST_MARKS = 1_000

const isBefore = (one: Place, other: Place) =>
  one.segment === other.segment ? one.offset <= other.offset : one.segment < other.segment

/**
 * Remembers when which part of the segments was written, so that the age of whatever is first in line is known at any
 * time: exact to a quarter of a second, or to half a percent of how long the backlog has grown.
 */
export class BacklogClock {
  #marks: Mark[]
  #end: Place
  #stepMs = STEP_MS

  /** @param segments what an earlier process left; it was written after its file was made */
  constructor(private readonly segments: Segment[]) {
    this.#marks = segments.map(({ number, beganAt }) => ({ segment: number, offset: 0, at: beganAt }))
    this.#end = this.#findEnd()
  }

  /** Takes note that the bytes since the last note were written about now. */
  note(at: number): void {
    const last = this.#marks.at(-1)
    if (!last || at - last.at >= this.#stepMs || at < last.at) this.#marks.push({ ...this.#end, at })
    if (this.#marks.length > MOST_MARKS) {
      this.#marks = this.#marks.filter((_, index) => index % 2 === 0)
      this.#stepMs *= 2
    }
    this.#end = this.#findEnd()
  }

  /** When the bytes at a place were written, or a little earlier; null when nothing was noted. */
  since(place: Place): number | null {
    while (this.#marks.length > 1 && isBefore(this.#marks[1]!, place)) this.#marks.shift()
    if (this.#marks.length < 2) this.#stepMs = STEP_MS
    return this.#marks[0]?.at ?? null
  }

  #findEnd(): Place {
    const last = this.segments.at(-1)
    return last ? { segment: last.number, offset: last.bytes } : { segment: 0, offset: 0 }
  }
}
