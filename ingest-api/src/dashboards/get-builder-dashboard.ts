import type { BuilderDashboard } from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { listProjects } from '../projects/read-projects'
import type { UsageQuestion } from '../reports/count-usage'
import { listRevenue } from '../revenue/sum-revenue'
import { keptUsage } from './kept-reports'
import { readRevenueSum } from './read-revenue-sum'
import { listCustomers, listTrackedImplementations } from './list-tracked-implementations'

const FIRST = { page: 1, limit: 20 }

/** Everything a builder sees first: money, projects, where they run, for whom, and how much they are used. */
export async function getBuilderDashboard(
  handles: Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>,
  builderId: string,
  question: UsageQuestion,
): Promise<BuilderDashboard> {
  const builder: Pick<Actor, 'userId' | 'persona'> = { userId: builderId, persona: 'builder' }
  const { reads } = handles.caches
  const { from, to, timezone } = question
  const [sum, series, projects, implementations, customers, usage] = await Promise.all([
    readRevenueSum(handles, builder),
    reads(['revenue', builderId, from, to, timezone], () => listRevenue(handles, builder, question)),
    reads(['projects', builderId], () => listProjects(handles, builder, FIRST)),
    listTrackedImplementations(handles, builder, question, FIRST),
    reads(['customers', builderId], () => listCustomers(handles, builder, FIRST)),
    keptUsage(handles, { whose: 'builder', builderId }, question),
  ])
  return {
    revenue: { ...sum, series },
    projects: projects.data,
    implementations: implementations.data,
    customers: customers.data,
    usage,
  }
}
