/** A count that is not what its place in the week suggests. */
export type Surprise = {
  index: number
  actual: number
  expected: number
  /** By how many standard deviations, below zero when there was less. */
  score: number
}

/** Counts that come by chance alone are this many deviations away once in 16,000 times. */
const SURPRISING = 4
/** How many other weeks a place must have been seen in. */
const FEWEST_WEEKS = 3
/** Added to what days are compared by, so that a week with next to nothing tells next to nothing. */
const FEW = 5

export const NEEDED_WEEKS = FEWEST_WEEKS + 1

/**
 * Finds the counts that differ from what their place in the week suggests: the median of the same place in all other whole
 * weeks, brought to the level of their own week by the median of its days, so that growth is no surprise and a bad day
 * does not hide itself. Counts by chance vary with their square root, so they are compared by Anscombe's transform, where
 * all vary alike; the scale is the median absolute deviation of everything that was looked at, which outliers do not move,
 * and never less than that of counts that come by chance alone, so that one after none is no surprise.
 *
 * After F. J. Anscombe, "The transformation of Poisson, binomial and negative-binomial data" (Biometrika 35, 1948), and
 * P. J. Rousseeuw, C. Croux, "Alternatives to the median absolute deviation" (JASA 88, 1993).
 *
 * @param places the place of each in the week: its hour of the week, or its day
 * @param perDay how many there are in a day
 * @param recent how many of the last to judge
 */
export function findAnomalies(
  counts: readonly number[],
  places: readonly string[],
  perDay: number,
  recent: number,
): { surprises: Surprise[]; checked: number } {
  const perWeek = 7 * perDay
  const weeks = Math.floor(counts.length / perWeek)
  const first = counts.length - weeks * perWeek
  const weekOf = (index: number) => Math.floor((index - first) / perWeek)
  const levels = Array.from({ length: weeks }, (_, week) => levelOf(counts, first + week * perWeek, perDay))
  const alike = new Map<string, number[]>()
  for (let index = first; index < counts.length; index++) {
    const place = places[index]!
    if (!alike.has(place)) alike.set(place, [])
    alike.get(place)!.push(index)
  }
  const judged: (Surprise & { deviation: number; least: number })[] = []
  for (let index = first; index < counts.length; index++) {
    const others = alike.get(places[index]!)!.filter((other) => weekOf(other) !== weekOf(index))
    if (others.length < FEWEST_WEEKS) continue
    const level = levels[weekOf(index)]! + FEW
    const expected = median(others.map((other) => (counts[other]! * level) / (levels[weekOf(other)]! + FEW)))
    const actual = counts[index]!
    const deviation = evenly(actual) - evenly(expected)
    // The count varies by 1, and the median of some others by as much as this besides.
    const least = Math.sqrt(1 + Math.PI / (2 * others.length))
    judged.push({ index, actual, expected, score: 0, deviation, least })
  }
  const usual = 1.4826 * median(judged.map(({ deviation }) => Math.abs(deviation)))
  const last = judged.filter(({ index }) => index >= counts.length - recent)
  return {
    checked: last.length,
    surprises: last
      .map(({ deviation, least, ...surprise }) => ({
        ...surprise,
        score: deviation / Math.max(least, usual),
      }))
      .filter(({ score }) => Math.abs(score) >= SURPRISING),
  }
}

/**
 * The counts as if nothing had stood out: what did so for less than a day is what was expected instead. What lasts longer
 * may be here to stay and is left.
 */
export function withoutSpikes(
  counts: readonly number[],
  places: readonly string[],
  perDay: number,
): number[] {
  const usual = [...counts]
  const { surprises } = findAnomalies(counts, places, perDay, counts.length)
  let row: Surprise[] = []
  for (const [index, surprise] of surprises.entries()) {
    row.push(surprise)
    if (surprises[index + 1]?.index === surprise.index + 1) continue
    if (row.length <= Math.max(1, perDay - 1)) for (const { index, expected } of row) usual[index] = expected
    row = []
  }
  return usual
}

/** Anscombe's transform: a count by chance varies by 1 around it, however large it is. */
export const evenly = (count: number) => 2 * Math.sqrt(count + 3 / 8)

/** The median of the days of a week. */
function levelOf(counts: readonly number[], start: number, perDay: number): number {
  const days = Array.from({ length: 7 }, (_, day) => {
    let total = 0
    for (let index = 0; index < perDay; index++) total += counts[start + day * perDay + index]!
    return total
  })
  return median(days)
}

/** Zero of nothing. */
function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
