import type { Insight } from '../../../schema/wire/analytics'
import type { Persona } from '../../../schema/wire/permission'
import type { VersionCount } from '../reports/count-versions'
import { ERROR_WEIGHT, sayNumber, sayPeriod, sayShare, type Listener } from './insight'

/** A version of a project with when it was published. */
export type UsedVersion = VersionCount & { projectName: string; publishedAt: number }

/** Fewer sessions say nothing of a version. */
export const FEWEST_SESSIONS = 100
/** What the normal distribution stands in for has to happen this often, and not happen. */
const FEWEST_OF_EITHER = 5

/** How seldom chance makes a difference of so many deviations, in either direction. */
const SURE: [deviations: number, once: string][] = [
  [4.42, '100,000'],
  [3.89, '10,000'],
  [3.29, '1,000'],
]

const WHEN_WORSE: Record<Persona, (project: string, worse: string, better: string) => string> = {
  builder: (project, worse, better) =>
    `Look at the errors of ${worse} on the page of ${project}, and roll back to ${better} until they are mended.`,
  end_user: (project, worse, better) => `Pin ${better} until the builder of ${project} has mended ${worse}.`,
  super_admin: (project) => `Tell the builder of ${project}.`,
}

/**
 * Holds each project's newest version against the one besides that was used most: in how many sessions something went wrong,
 * by the test of two proportions with a pooled share (NIST/SEMATECH e-Handbook of Statistical Methods, section 7.3.3).
 * Sessions are counted and not errors, because one visitor's page can raise a thousand.
 */
export function tellVersions(versions: readonly UsedVersion[], listener: Listener): Insight[] {
  const projectIds = new Set(versions.map(({ projectId }) => projectId))
  return [...projectIds].flatMap((id) => {
    const own = versions.filter(({ projectId }) => projectId === id)
    const [newest, ...older] = own.toSorted((a, b) => b.publishedAt - a.publishedAt)
    const other = older.toSorted((a, b) => b.sessions - a.sessions)[0]
    const insight = newest && other && tellPair(newest, other, listener)
    return insight ? [insight] : []
  })
}

function tellPair(
  newer: UsedVersion,
  older: UsedVersion,
  { persona, days, from, to }: Listener,
): Insight | undefined {
  const [share, olderShare] = [newer.withErrors / newer.sessions, older.withErrors / older.sessions]
  const pooled = (newer.withErrors + older.withErrors) / (newer.sessions + older.sessions)
  const rarest = Math.min(pooled, 1 - pooled) * Math.min(newer.sessions, older.sessions)
  if (rarest < FEWEST_OF_EITHER) return undefined
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / newer.sessions + 1 / older.sessions))
  const score = (share - olderShare) / deviation
  const once = SURE.find(([deviations]) => Math.abs(score) >= deviations)?.[1]
  if (!once) return undefined
  const project = newer.projectName
  const of = (version: UsedVersion, part: number) => `${sayShare(part)} of ${sayNumber(version.sessions)}`
  return {
    kind: 'version',
    sentence:
      `${project} ${newer.version} had an error in ${of(newer, share)} sessions in ${sayPeriod(days)}, ` +
      `${older.version} in ${of(older, olderShare)}. ` +
      `Chance alone makes such a difference less than once in ${once} times.`,
    recommendation: score > 0 ? WHEN_WORSE[persona](project, newer.version, older.version) : null,
    weight: ERROR_WEIGHT * Math.abs(share - olderShare) * newer.sessions,
    evidence: {
      metric: 'sessionsWithErrors',
      from,
      to,
      value: share,
      against: olderShare,
      score,
      implementation: null,
      project: { id: newer.projectId, name: project },
      versions: [newer, older].map(({ version, sessions, withErrors }) => ({
        version,
        sessions,
        withErrors,
      })),
    },
  }
}
