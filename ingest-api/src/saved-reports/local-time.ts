/** A day of a calendar on a wall; months count from 1. Days beyond the end of a month are those of the next. */
export type LocalDay = { year: number; month: number; day: number }

const HOUR_MS = 60 * 60 * 1000
/** No clock is further from UTC. */
const FURTHEST_MS = 16 * HOUR_MS
const SECOND_MS = 1000

const formats = new Map<string, Intl.DateTimeFormat>()

/** What the clocks of a time zone show, as if they stood in Greenwich: epoch ms of the same digits in UTC. */
function wallOf(timezone: string, at: number): number {
  let format = formats.get(timezone)
  if (!format) {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric' } as const
    const fine = { minute: 'numeric', second: 'numeric', hourCycle: 'h23', era: 'short' } as const
    format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, ...digits, ...fine })
    formats.set(timezone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!)
}

/** Which day it is somewhere. */
export function localDayOf(timezone: string, at: number): LocalDay {
  const wall = new Date(wallOf(timezone, at))
  return { year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate() }
}

/** Which day of the week that is, from Monday as 0. */
export const weekdayOf = ({ year, month, day }: LocalDay): number =>
  (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7

/**
 * The first moment (epoch ms, a whole second) at which the clocks of a time zone show this hour of a day, or a later one
 * where they skip it: of an hour that comes twice the first, of a day that begins at one its beginning.
 */
export function instantOf(timezone: string, { year, month, day }: LocalDay, hour = 0): number {
  const wanted = Date.UTC(year, month - 1, day, hour)
  const before = wanted - FURTHEST_MS
  const offsets = [before, wanted + FURTHEST_MS].map((at) => wallOf(timezone, at) - at)
  const candidates = offsets.map((offset) => wanted - offset).sort((a, b) => a - b)
  const found = candidates.find((at) => wallOf(timezone, at) === wanted)
  if (found !== undefined) return found
  // Skipped: somewhere between the two the clocks were put forward over it.
  let [early, late] = [candidates[0]!, candidates[1]!]
  while (late - early > SECOND_MS) {
    const middle = Math.floor((early + late) / 2 / SECOND_MS) * SECOND_MS
    if (wallOf(timezone, middle) < wanted) early = middle
    else late = middle
  }
  return late
}
