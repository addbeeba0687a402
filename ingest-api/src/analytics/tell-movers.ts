import type { Insight } from '../../../schema/wire/analytics'
import type { ImplementationStatus } from '../../../schema/wire/api'
import type { Persona } from '../../../schema/wire/permission'
import { evenly } from './find-anomalies'
import { ERROR_WEIGHT, sayNumber, sayPeriod, sayPeriodBefore, sayShare, type Listener } from './insight'

/** An implementation, as insights speak of it. */
export type Place = {
  id: string
  name: string
  status: ImplementationStatus
  implementationUrl: string
  project: { id: string; name: string }
}

type Counts = { loads: number; errors: number }
/** What a place had, and what it had before. */
export type Move = { place: Place; now: Counts; before: Counts }

/** Changes that chance makes once in 16,000 times, of a quarter at least, and of so many events. */
const SURPRISING = 4
const LEAST_CHANGE = 0.25
const FEWEST: Counts = { loads: 20, errors: 5 }
/** Of each kind. */
const MOST = 3

/** Where most has changed against the period before: what is shown, and what goes wrong more or less often than before. */
export function tellMovers(moves: readonly Move[], listener: Listener): Insight[] {
  const heaviest = (told: (Insight | undefined)[]) =>
    told
      .filter((insight) => insight !== undefined)
      .toSorted((a, b) => b.weight - a.weight)
      .slice(0, MOST)
  return [
    ...heaviest(moves.map((move) => tellLoads(move, listener))),
    ...heaviest(moves.map((move) => tellErrors(move, listener))),
  ]
}

function tellLoads({ place, now, before }: Move, { days, from, to }: Listener): Insight | undefined {
  const score = scoreOf(now.loads, before.loads, FEWEST.loads)
  if (score === undefined) return undefined
  const [period, periodBefore] = [sayPeriod(days), sayPeriodBefore(days)]
  const [shown, earlier] = [sayNumber(now.loads), sayNumber(before.loads)]
  const change = sayShare(Math.abs(now.loads / before.loads - 1))
  const told =
    now.loads === 0
      ? `was not shown in ${period}, after ${earlier} times in ${periodBefore}.`
      : before.loads === 0
        ? `was shown ${shown} times in ${period}, and not once in ${periodBefore}.`
        : `was shown ${shown} times in ${period}, ${change} ${score > 0 ? 'more' : 'less'} than the ${earlier} times in ${periodBefore}.`
  return {
    kind: 'mover',
    sentence: `“${place.name}” ${told}`,
    recommendation: now.loads === 0 ? WHY_SILENT[place.status](place) : null,
    weight: Math.abs(now.loads - before.loads),
    evidence: {
      metric: 'loads',
      from,
      to,
      value: now.loads,
      against: before.loads,
      score,
      implementation: { id: place.id, name: place.name },
      project: place.project,
      versions: [],
    },
  }
}

const WHY_SILENT: Record<ImplementationStatus, (place: Place) => string> = {
  active: ({ implementationUrl }) => `See whether the embed code still stands on ${implementationUrl}.`,
  paused: () => 'It is paused; let it run again if that was not meant.',
  suspended: () => 'It is suspended, by its builder or by the platform.',
  over_limit: () => 'The limit of its plan is reached.',
}

/** Errors are held against as many as there would be if each load had as many as before. */
function tellErrors(
  { place, now, before }: Move,
  { persona, days, from, to }: Listener,
): Insight | undefined {
  const expected = before.loads > 0 ? (before.errors * now.loads) / before.loads : 0
  const score = scoreOf(now.errors, expected, FEWEST.errors)
  if (score === undefined) return undefined
  const count = ({ loads, errors }: Counts) => `${sayNumber(errors)} for ${sayNumber(loads)} loads`
  const earlier = before.loads > 0 ? `, and ${count(before)} in ${sayPeriodBefore(days)}` : ''
  return {
    kind: 'mover',
    sentence: `“${place.name}” had ${score > 0 ? 'more' : 'fewer'} errors: ${count(now)} in ${sayPeriod(days)}${earlier}.`,
    recommendation: score > 0 ? WITH_ERRORS[persona](place.project.name) : null,
    weight: ERROR_WEIGHT * Math.abs(now.errors - expected),
    evidence: {
      metric: 'errors',
      from,
      to,
      value: now.errors,
      against: expected,
      score,
      implementation: { id: place.id, name: place.name },
      project: place.project,
      versions: [],
    },
  }
}

/** What who sees errors of a project can do about them. */
export const WITH_ERRORS: Record<Persona, (project: string) => string> = {
  builder: (project) => `Look at the errors of ${project} with their stacks, on its page.`,
  end_user: (project) => `Tell the builder of ${project}.`,
  super_admin: (project) => `Tell the builder of ${project}.`,
}

/** By how many deviations two counts differ, or undefined when that is not worth a word. */
function scoreOf(value: number, against: number, fewest: number): number | undefined {
  const change = Math.abs(value - against)
  const score = (evenly(value) - evenly(against)) / Math.SQRT2
  const isWorth = change >= fewest && change >= LEAST_CHANGE * against && Math.abs(score) >= SURPRISING
  return isWorth ? score : undefined
}
