import type { Chart, ChartData, DashboardData } from '../../../schema/wire/dashboard'
import { OrielError } from '../../../schema/wire/error'
import { metricsOf } from '../../../schema/wire/metric'
import type { Actor } from '../accounts/actor'
import { measure } from '../analytics/measure'
import { narrowingOf } from '../dashboards/get-series'
import type { Handles } from '../handles'
import { getDashboard } from './saved-dashboards'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/**
 * What the charts of a dashboard show, all at once, each up to the end of the running minute or hour, so that whoever
 * asks again soon asks the same. A chart that can show nothing, because its widget is gone, says so and costs the others
 * nothing.
 * @throws OrielError RESOURCE_NOT_FOUND; and what the engines throw when they are away, for then no chart can be told
 */
export async function getDashboardData(
  handles: Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>,
  actor: Actor,
  dashboardId: string,
): Promise<DashboardData> {
  const { id, revision, timezone, charts } = await getDashboard(handles.db, actor, dashboardId)
  const at = handles.now()
  const seen = metricsOf(actor).map((metric) => metric.id)
  const load = async (chart: Chart): Promise<ChartData> => {
    const { metric, hours, interval } = chart
    const step = interval === 'minute' ? MINUTE_MS : HOUR_MS
    const to = Math.floor(at / step) * step + step
    const period = { from: to - hours * HOUR_MS, to }
    try {
      if (!seen.includes(metric)) throw new OrielError('PERMISSION_ERROR', 'You may not see this metric.')
      const question = { metric, ...period, interval, timezone, ...narrowingOf(chart) }
      return { ...period, measurement: await measure(handles, actor, question), error: null }
    } catch (error) {
      if (!(error instanceof OrielError)) throw error
      return { ...period, measurement: null, error: { code: error.code, message: error.message } }
    }
  }
  return { id, revision, at, charts: await Promise.all(charts.map(load)) }
}
