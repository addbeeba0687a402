import { and, eq } from 'drizzle-orm'
import { widgetImplementations } from '../../../schema/tables/implementations'
import type { Usage } from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'
import { implementationNotFound, ownImplementations } from '../implementations/read-implementations'
import { projectNotFound } from '../projects/read-projects'
import type { UsageQuestion } from '../reports/count-usage'
import type { Tenant } from '../reports/tenant'
import { keptUsage } from './kept-reports'

/** What a series can be narrowed to. */
export type SeriesFilter = { implementation?: string | undefined; project?: string | undefined }

/** The same, of what is stored with its narrowing. */
export const narrowingOf = (stored: {
  implementationId: string | null
  projectId: string | null
}): SeriesFilter => ({
  implementation: stored.implementationId ?? undefined,
  project: stored.projectId ?? undefined,
})

/** Why what is stored with a narrowing was switched off, once {@link findTenant} finds nothing. */
export const offReasonOf = ({ implementationId }: { implementationId: string | null }): string =>
  implementationId === null
    ? 'No widget of its project is left that is yours.'
    : 'Its widget was removed, or is not yours any more.'

/**
 * Usage over time of what the asker may see, or of one implementation or one project of it: a builder's own work, a
 * site owner's own widgets, for the platform everything.
 * @throws OrielError RESOURCE_NOT_FOUND when what it is narrowed to is not the asker's
 */
export async function getSeries(
  handles: Pick<Handles, 'db' | 'clickhouse' | 'caches' | 'now'>,
  actor: Pick<Actor, 'userId' | 'persona'>,
  question: UsageQuestion,
  filter: SeriesFilter,
): Promise<Usage> {
  return keptUsage(handles, await findTenant(handles, actor, filter), question)
}

/**
 * Whose events an actor asks about: its own, or those of one implementation or one project of it.
 * @throws OrielError RESOURCE_NOT_FOUND when that is not the asker's
 */
export async function findTenant(
  { db }: Pick<Handles, 'db'>,
  actor: Pick<Actor, 'userId' | 'persona'>,
  { implementation, project }: SeriesFilter,
): Promise<Tenant> {
  const isNarrowed = implementation !== undefined || project !== undefined
  if (!isNarrowed && actor.persona === 'super_admin') return { whose: 'platform' }
  if (!isNarrowed && actor.persona === 'builder') return { whose: 'builder', builderId: actor.userId }
  const rows = await db
    .select({ id: widgetImplementations.id, builderId: widgetImplementations.builderId })
    .from(widgetImplementations)
    .where(
      and(
        ownImplementations(actor),
        implementation === undefined ? undefined : eq(widgetImplementations.id, implementation),
        project === undefined ? undefined : eq(widgetImplementations.projectId, project),
      ),
    )
  if (rows.length === 0 && implementation !== undefined) throw implementationNotFound()
  if (rows.length === 0 && project !== undefined) throw projectNotFound()
  return {
    whose: 'implementations',
    builderIds: rows.map(({ builderId }) => builderId),
    implementationIds: rows.map(({ id }) => id),
  }
}
