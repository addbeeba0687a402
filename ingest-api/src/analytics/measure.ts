import type { UsagePoint, UsageTotals } from '../../../schema/wire/api'
import type { Measurement, MetricId, MetricPoint } from '../../../schema/wire/metric'
import type { Actor } from '../accounts/actor'
import { findTenant, type SeriesFilter } from '../dashboards/get-series'
import { keptBuckets, keptUsage } from '../dashboards/kept-reports'
import type { Handles } from '../handles'
import { listBuckets, periodBefore, type UsageQuestion } from '../reports/count-usage'
import type { Tenant } from '../reports/tenant'
import { CURRENCY, listRevenue, placeRevenue } from '../revenue/sum-revenue'

type Needs = Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>
type Asker = Pick<Actor, 'userId' | 'persona'>

/** A period, how it is cut, and what it is narrowed to. */
export type MetricQuestion = UsageQuestion & SeriesFilter

/**
 * Measures one metric of what the asker may see, or of one implementation or one project of it, over a period and over
 * as much time before. Whether the asker may see money is for the caller to know (`metricsOf`).
 * @throws OrielError RESOURCE_NOT_FOUND when what it is narrowed to is not the asker's
 */
export async function measure(
  handles: Needs,
  actor: Asker,
  { metric, ...question }: MetricQuestion & { metric: MetricId },
): Promise<Measurement> {
  const [measurement] = await measureEach(handles, actor, [metric], question)
  return measurement!
}

/** The same for several metrics, in their order and with no more questions than for one. */
export async function measureEach(
  handles: Needs,
  actor: Asker,
  metrics: readonly MetricId[],
  { implementation, project, ...question }: MetricQuestion,
): Promise<Measurement[]> {
  const tenant = await findTenant(handles, actor, { implementation, project })
  const isNarrowed = implementation !== undefined || project !== undefined
  const only = isNarrowed && tenant.whose === 'implementations' ? tenant.implementationIds : undefined
  const [usage, revenue] = await Promise.all([
    metrics.some((metric) => metric !== 'revenue') ? countFor(handles, tenant, metrics, question) : undefined,
    metrics.includes('revenue') ? measureRevenue(handles, actor, question, only) : undefined,
  ])
  return metrics.map((metric) => (metric === 'revenue' ? revenue! : measureUsage(metric, usage!)))
}

type Counted = {
  totals: Partial<UsageTotals>
  previous: { totals: Partial<UsageTotals> }
  series: UsagePoint[]
}

/** Sessions and visitors take most of the time, so they are counted where somebody asks for them. */
async function countFor(
  handles: Needs,
  tenant: Tenant,
  metrics: readonly MetricId[],
  question: UsageQuestion,
): Promise<Counted> {
  if (metrics.includes('sessions') || metrics.includes('visitors'))
    return keptUsage(handles, tenant, question)
  const before = periodBefore(question, handles.now())
  const { series, previous } = await keptBuckets(handles, tenant, question, before)
  const sum = (of: (point: UsagePoint) => number) => series.reduce((total, point) => total + of(point), 0)
  const totals = {
    loads: sum(({ loads }) => loads),
    interactions: sum(({ interactions }) => interactions),
    errors: sum(({ errors }) => errors),
  }
  return { totals, previous: { totals: previous }, series }
}

async function measureRevenue(
  handles: Needs,
  actor: Asker,
  question: UsageQuestion,
  only: readonly string[] | undefined,
): Promise<Measurement> {
  const before = { ...periodBefore(question, handles.now()), timezone: question.timezone }
  const [now, earlier, buckets] = await Promise.all([
    listRevenue(handles, actor, question, question.interval, only),
    listRevenue(handles, actor, before, question.interval, only),
    listBuckets(handles, question),
  ])
  const sum = (parts: { amount: number }[]) => parts.reduce((total, { amount }) => total + amount, 0)
  return {
    ...compare('revenue', sum(now), sum(earlier)),
    currency: CURRENCY,
    series: placeRevenue(now, buckets),
  }
}

function measureUsage(
  metric: Exclude<MetricId, 'revenue'>,
  { totals, previous, series }: Counted,
): Measurement {
  const read = READ[metric]
  const compared = compare(metric, read(totals), read(previous.totals))
  if (metric === 'sessions' || metric === 'visitors') return compared
  return { ...compared, series: series.map((point): MetricPoint => ({ at: point.at, value: read(point) })) }
}

/** What a metric is of the counts of a period. Buckets have no sessions and visitors, who may be in several. */
const READ: Record<Exclude<MetricId, 'revenue'>, (counts: Partial<UsageTotals>) => number | null> = {
  loads: ({ loads = 0 }) => loads,
  interactions: ({ interactions = 0 }) => interactions,
  errors: ({ errors = 0 }) => errors,
  sessions: ({ sessions = 0 }) => sessions,
  visitors: ({ visitors = 0 }) => visitors,
  errorRate: ({ errors = 0, loads }) => (loads ? errors / loads : null),
  interactionRate: ({ interactions = 0, loads }) => (loads ? interactions / loads : null),
}

const compare = (metric: MetricId, value: number | null, previous: number | null): Measurement => ({
  metric,
  value,
  previous,
  change: value === null || !previous ? null : (value - previous) / Math.abs(previous),
})
