import { z } from 'zod'
import { INTERVALS, type Interval } from '../wire/api'
import { id } from './fields'

const DAY_MS = 24 * 60 * 60 * 1000
const LENGTH_MS: Record<Interval, number> = {
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
}
const MOST_BUCKETS = 2_000

const timeMessage = 'Must be a time from 1970 to 2100: epoch milliseconds or ISO 8601.'
/** Reports cut time into DateTimes of ClickHouse, which begin in 1970 and end in 2106, and weeks begin before that. */
export const LAST_TIME = Date.UTC(2100, 0)
/** Nothing happened before; a question that begins earlier begins here. */
const FIRST_TIME = Date.UTC(2000, 0)

/** Epoch ms as digits, or ISO 8601. */
export const time = z.string().transform((value, context) => {
  const at = /^\d{1,15}$/.test(value) ? Number(value) : Date.parse(value)
  if (at >= 0 && at <= LAST_TIME) return at
  context.addIssue(timeMessage)
  return z.NEVER
})

/** What the runtime calls by names of before, which nobody would have asked for. https://www.iana.org/time-zones */
const RENAMED: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
}

/** In the one spelling that both databases know; the runtime takes any capitals, and ClickHouse does not. */
export const timezone = z.string().transform((value, context) => {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions()
    return RENAMED[timeZone] ?? timeZone
  } catch {
    context.addIssue('Must be an IANA time zone such as Europe/Amsterdam.')
    return z.NEVER
  }
})

/** Which part of the past a report is about. Left out: the last 30 days by day in UTC. */
export const usageQuery = z
  .object({
    from: time.optional(),
    to: time.optional(),
    interval: z.enum(INTERVALS).default('day'),
    timezone: timezone.default('UTC'),
  })
  .transform((query, context) => {
    const to = query.to ?? Date.now() + 1
    const from = Math.max(FIRST_TIME, query.from ?? to - 30 * DAY_MS)
    if (from >= to) context.addIssue({ code: 'custom', path: ['from'], message: 'Must be before "to".' })
    if ((to - from) / LENGTH_MS[query.interval] > MOST_BUCKETS)
      context.addIssue({
        code: 'custom',
        path: ['interval'],
        message: `Must be longer: this period has more than ${MOST_BUCKETS} of them.`,
      })
    return { ...query, from, to }
  })

export const implementationQuery = z.object({ implementation: id('implementation').optional() })

export const seriesQuery = implementationQuery.extend({ project: id('project').optional() })
