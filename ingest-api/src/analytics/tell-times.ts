import type { Anomalies, Anomaly, Insight } from '../../../schema/wire/analytics'
import { ERROR_WEIGHT, sayNumber, sayTime, type Listener } from './insight'
import type { Outlook } from './forecast'

const HOUR_MS = 60 * 60 * 1000
/** A forecast that would have been wrong by more than this share of what there was is not worth a word. */
const MOST_WRONG = 0.4
const LEAST_CHANGE = 0.1

const WITHOUT_PLACE = { implementation: null, project: null, versions: [] }

/** Hours that stand out, those in a row as one. That there were fewer errors than usual is nobody's concern. */
export function tellAnomalies(
  { metric, anomalies }: Anomalies,
  { timezone, from, to }: Pick<Listener, 'timezone' | 'from' | 'to'>,
): Insight[] {
  return inRows(anomalies.filter(({ at }) => at >= from && at < to)).flatMap((row): Insight[] => {
    const isAbove = row[0]!.direction === 'above'
    if (metric === 'interactions' || (metric === 'errors' && !isAbove)) return []
    const [start, end] = [row[0]!.at, row.at(-1)!.at + HOUR_MS]
    const sum = (of: (anomaly: Anomaly) => number) => row.reduce((total, anomaly) => total + of(anomaly), 0)
    const [actual, expected] = [sum((one) => one.actual), sum((one) => one.expected)]
    const hours = row.length === 1 ? 'that hour of the week suggests' : 'those hours of the week suggest'
    const name = metric === 'loads' ? 'Loads' : 'Errors'
    return [
      {
        kind: 'anomaly',
        sentence: `${name} from ${sayTime(start, timezone)} to ${sayTime(end, timezone)}: ${sayNumber(actual)}, where ${hours} ${sayNumber(expected)}.`,
        recommendation:
          metric === 'loads' && !isAbove
            ? 'If the sites were up then, see whether the embed code still stands on them.'
            : null,
        weight: Math.abs(actual - expected) * (metric === 'errors' ? ERROR_WEIGHT : 1),
        evidence: {
          metric,
          from: start,
          to: end,
          value: actual,
          against: expected,
          score: row.map(({ score }) => score).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
          ...WITHOUT_PLACE,
        },
      },
    ]
  })
}

/** Anomalies of one hour after the other in the same direction, oldest first. */
function inRows(newestFirst: readonly Anomaly[]): Anomaly[][] {
  const rows: Anomaly[][] = []
  for (const anomaly of newestFirst.toReversed()) {
    const last = rows.at(-1)?.at(-1)
    const goesOn = last && anomaly.at - last.at === HOUR_MS && anomaly.direction === last.direction
    if (goesOn) rows.at(-1)!.push(anomaly)
    else rows.push([anomaly])
  }
  return rows
}

/** That the coming week will be other than the last, if even the cautious bound of the forecast says so. */
export function tellForecast(
  { expected, chosen }: Outlook,
  lastWeek: number,
  { from, to }: { from: number; to: number },
): Insight[] {
  const sum = (of: (one: Outlook['expected'][number]) => number) =>
    expected.reduce((total, one) => total + of(one), 0)
  const [value, low, high] = [sum((one) => one.value), sum((one) => one.low80), sum((one) => one.high80)]
  const isCertain = low > lastWeek || high < lastWeek
  const isTrusted = chosen.shareOfActual !== null && chosen.shareOfActual <= MOST_WRONG
  if (!isCertain || !isTrusted || Math.abs(value - lastWeek) < LEAST_CHANGE * lastWeek) return []
  return [
    {
      kind: 'forecast',
      sentence: `About ${sayNumber(value)} loads are expected in the ${expected.length} days from today on, most likely between ${sayNumber(low)} and ${sayNumber(high)}; the ${expected.length} days before had ${sayNumber(lastWeek)}.`,
      recommendation: null,
      weight: Math.abs(value - lastWeek),
      evidence: { metric: 'loads', from, to, value, against: lastWeek, score: null, ...WITHOUT_PLACE },
    },
  ]
}
