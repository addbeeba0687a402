import type { ReportRun } from '../../../schema/wire/report'
import { formatValue } from '../analytics/format-value'
import type { Letter } from '../mail/compose'

/** A report of one period, a line for each of its metrics. */
export function reportLetter(baseUrl: string, { name, from, to, timezone, rows }: ReportRun): Letter {
  const days = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: timezone })
  const [first, last] = [days.format(from), days.format(to - 1)]
  return {
    subject: `Report: ${name}`,
    paragraphs: [
      `${first === last ? first : `${first} to ${last}`} (${timezone}), and the same before it:`,
      ...rows.map(({ metric, name: title, value, previous, change }) => {
        const known = (one: number | null) => (one === null ? 'nothing to tell' : formatValue(metric, one))
        return `${title}: ${known(value)} (before: ${known(previous)}${change === null ? '' : `, ${changes.format(change)}`})`
      }),
    ],
    action: { label: 'Open your dashboard', url: baseUrl },
  }
}

const changes = new Intl.NumberFormat('en', { style: 'percent', signDisplay: 'exceptZero' })
