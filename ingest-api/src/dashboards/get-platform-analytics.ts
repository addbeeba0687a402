import { count, eq, inArray, isNull, sql } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import { projects } from '../../../schema/tables/projects'
import { users } from '../../../schema/tables/users'
import type { ImplementationStatus, PlatformAnalytics } from '../../../schema/wire/api'
import type { Persona } from '../../../schema/wire/permission'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { countUsage, type UsageQuestion } from '../reports/count-usage'
import { rankImplementations } from '../reports/rank-implementations'
import { sumRevenue } from '../revenue/sum-revenue'

const TOP = 10

/** The whole platform at a glance, for a super admin. */
export async function getPlatformAnalytics(
  handles: Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>,
  actor: Actor,
  question: UsageQuestion,
): Promise<PlatformAnalytics> {
  const { db } = handles
  const [people, [projectCount], states, revenue, usage, top] = await Promise.all([
    // A user counts once under each persona held.
    db
      .select({ persona: sql<Persona>`held.persona`, total: count() })
      .from(sql`${users}, jsonb_array_elements_text(${users.roles}) as held(persona)`)
      .where(isNull(users.deletedAt))
      .groupBy(sql`held.persona`),
    db.select({ total: count() }).from(projects).where(isNull(projects.deletedAt)),
    db
      .select({ status: widgetImplementations.status, total: count() })
      .from(widgetImplementations)
      .where(isNull(widgetImplementations.deletedAt))
      .groupBy(widgetImplementations.status),
    sumRevenue(handles, actor, handles.now()),
    countUsage(handles, { whose: 'platform' }, question),
    handles.caches.ranks.get(`${question.from} ${question.to}`, handles.now(), () =>
      rankImplementations(handles, question, TOP),
    ),
  ])
  const names = await nameImplementations(
    handles,
    top.map(({ implementationId }) => implementationId),
  )
  const byPersona: Record<Persona, number> = { super_admin: 0, builder: 0, end_user: 0 }
  for (const { persona, total } of people) byPersona[persona] = total
  const byStatus: Record<ImplementationStatus, number> = { active: 0, paused: 0, suspended: 0, over_limit: 0 }
  for (const { status, total } of states) byStatus[status] = total
  return {
    users: byPersona,
    projects: projectCount!.total,
    implementations: byStatus,
    revenue,
    usage,
    top: top.map((each) => ({
      ...each,
      name: names.get(each.implementationId)?.name ?? each.implementationId,
      projectName: names.get(each.implementationId)?.projectName ?? '',
    })),
  }
}

async function nameImplementations({ db }: Pick<Handles, 'db'>, ids: string[]) {
  if (ids.length === 0) return new Map<string, { name: string; projectName: string }>()
  const rows = await db
    .select({ id: widgetImplementations.id, name: widgetImplementations.name, projectName: projects.name })
    .from(widgetImplementations)
    .innerJoin(projects, eq(projects.id, widgetImplementations.projectId))
    .where(inArray(widgetImplementations.id, ids))
  return new Map(rows.map(({ id, ...names }) => [id, names]))
}
