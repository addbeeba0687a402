import type { ImplementationStatus, Interval, ProjectStatus } from '../schema/wire/api'
import type { UserState } from '../schema/wire/admin'
import type { JobStatus } from '../schema/wire/job'
import type { Persona } from '../schema/wire/permission'

/** How values are written, in the browser's own language and time zone. */
const numbers = new Intl.NumberFormat()
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'narrow' })
const hours = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: 'numeric', minute: '2-digit' })
const days = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export const formatNumber = (value: number): string => numbers.format(value)
/** What is expected, and between what it lies in 80 of 100 cases: "18 (10–26)". */
export const formatExpected = ({
  value,
  low80,
  high80,
}: Record<'value' | 'low80' | 'high80', number>): string => {
  const [whole, low, high] = [value, low80, high80].map((each) => formatNumber(Math.round(each)))
  return `${whole} (${low}–${high})`
}
const changes = new Intl.NumberFormat(undefined, {
  style: 'percent',
  signDisplay: 'exceptZero',
  maximumFractionDigits: 0,
})
/** How much more or less than before: "+12%"; from nothing there is no percentage. */
export const formatChange = (value: number, before: number): string =>
  before > 0 ? changes.format(value / before - 1) : value > 0 ? 'New' : changes.format(0)
const shares = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 })
export const formatShare = (share: number): string => shares.format(share)
export const formatDate = (at: number): string => dates.format(at)
export const formatMoment = (at: number): string => moments.format(at)
export const formatBucket = (at: number, interval: Interval): string =>
  (interval === 'hour' || interval === 'minute' ? hours : days).format(at)

/** From minor units: 1999 USD are $19.99, 1999 JPY are ¥1,999. */
export function formatMoney(amount: number, currency: string): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]
export function formatAgo(at: number, now = Date.now()): string {
  const [unit, ms] = units.find(([, ms]) => now - at >= ms) ?? units[3]!
  return relative.format(-Math.max(0, Math.floor((now - at) / ms)), unit)
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const [size, unit] = bytes < 1024 ** 2 ? [bytes / 1024, 'KB'] : [bytes / 1024 ** 2, 'MB']
  return `${numbers.format(Math.round(size * 10) / 10)} ${unit}`
}

/** The host of an address, for people; what is no address stays as it is. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)

export const PERSONA_NAMES: Record<Persona, string> = {
  super_admin: 'Super admin',
  builder: 'Builder',
  end_user: 'End user',
}

export const STATUS_NAMES: Record<ImplementationStatus | ProjectStatus | UserState | JobStatus, string> = {
  waiting: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  active: 'Active',
  paused: 'Paused',
  suspended: 'Suspended',
  over_limit: 'Over limit',
  draft: 'Draft',
  in_review: 'In review',
  published: 'Published',
  archived: 'Archived',
  removed: 'Removed',
}
