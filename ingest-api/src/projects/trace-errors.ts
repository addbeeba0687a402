import { and, eq, inArray } from 'drizzle-orm'
import { sourceMaps, versions } from '../../../schema/tables/projects'
import type { WidgetError } from '../../../schema/wire/api'
import type { Actor } from '../accounts/actor'
import { createStackMapper } from '../frame/map-stack'
import type { Handles } from '../handles'
import { listErrors } from '../reports/list-errors'
import type { Period } from '../reports/tenant'
import { getProject } from './read-projects'

/**
 * What went wrong in a project's widgets at visitors', with stacks in the builder's own sources wherever the version
 * was published with its source map.
 * @throws OrielError RESOURCE_NOT_FOUND when the project does not exist for this actor
 */
export async function traceErrors(
  handles: Pick<Handles, 'db' | 'clickhouse'>,
  actor: Actor,
  projectId: string,
  period: Period,
): Promise<WidgetError[]> {
  const { builderId } = await getProject(handles, actor, projectId)
  const errors = await listErrors(handles, { whose: 'builder', builderId }, projectId, period)
  const seen = [...new Set(errors.filter(({ stack }) => stack).map(({ version }) => version))]
  const maps = await handles.db
    .select({ version: versions.version, map: sourceMaps.map })
    .from(sourceMaps)
    .innerJoin(versions, eq(versions.id, sourceMaps.versionId))
    .where(and(eq(versions.projectId, projectId), inArray(versions.version, seen)))
  const mappers = new Map(
    maps.map(({ version, map }) => [version, createStackMapper(new TextDecoder().decode(map))]),
  )
  return errors.map((error) => ({
    ...error,
    stack: mappers.get(error.version)?.(error.stack) ?? error.stack,
  }))
}
