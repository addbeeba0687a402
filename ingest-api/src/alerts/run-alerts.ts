import { lt } from 'drizzle-orm'
import { alerts } from '../../../schema/tables/alerts'
import { runShared } from '../analyses/run-analysis'
import { evaluateRules, type EvaluationHandles } from './evaluate-rules'

/** Thirteen months, as long as events are kept unless somebody says otherwise. */
const KEPT_MS = 395 * 24 * 60 * 60 * 1000

/** Looks at every rule, if that is due and nobody else is at it; alerts that are long over are forgotten. */
export const runAlerts = (handles: EvaluationHandles): Promise<boolean> =>
  runShared(handles, 'alerts', async () => {
    const { failure } = await evaluateRules(handles)
    await handles.db.delete(alerts).where(lt(alerts.resolvedAt, new Date(handles.now() - KEPT_MS)))
    if (failure !== undefined) throw failure
  })
