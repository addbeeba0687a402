import { and, desc, eq } from 'drizzle-orm'
import { channels, projects, releases, versions } from '../../../schema/tables/projects'
import type { Release } from '../../../schema/wire/api'
import { OrielError } from '../../../schema/wire/error'
import type { By } from '../accounts/actor'
import { writeAudit } from '../accounts/audit'
import type { Queryable } from '../database'
import type { Handles } from '../handles'
import { newId } from '../new-id'
import { lockProject } from './change-project'

/** Where a channel's pointer goes. A rollback says why. */
export type Move = { projectId: string; channel: string; version: string } & (
  { kind: 'release' } | { kind: 'rollback'; reason: string }
)

/**
 * Moves a channel's pointer: from now on its implementations get this version, except those with a pin.
 * Releasing what is live already changes nothing and answers the release that made it so.
 * @throws OrielError RESOURCE_NOT_FOUND for the project or the version; RESOURCE_CONFLICT when there is nothing to
 * roll back
 */
export async function releaseVersion(
  { db, now }: Pick<Handles, 'db' | 'now'>,
  { actor, requestId }: By,
  move: Move,
): Promise<{ release: Release; created: boolean }> {
  const { projectId, channel, kind } = move
  const reason = move.kind === 'rollback' ? move.reason : null
  return db.transaction(async (tx) => {
    await lockProject(tx, actor, projectId)
    const { target, live } = await findMove(tx, move)
    if (live?.id === target.id) return { release: await getLastRelease(tx, move), created: false }
    const releasedAt = new Date(now())
    await tx
      .insert(channels)
      .values({ projectId, name: channel, versionId: target.id, releasedAt })
      .onConflictDoUpdate({
        target: [channels.projectId, channels.name],
        set: { versionId: target.id, releasedAt },
      })
    const id = newId('release')
    await tx.insert(releases).values({
      id,
      projectId,
      channel,
      kind,
      versionId: target.id,
      previousVersionId: live?.id ?? null,
      reason,
      actorId: actor.userId,
      createdAt: releasedAt,
    })
    await tx.update(projects).set({ updatedAt: releasedAt }).where(eq(projects.id, projectId))
    await writeAudit(tx, {
      actor,
      requestId,
      action: `channel.${kind}`,
      resource: { type: 'project', id: projectId },
      before: { channel, version: live?.version ?? null },
      after: { channel, version: target.version, ...(reason && { reason }) },
    })
    return { release: await getLastRelease(tx, move), created: true }
  })
}

/** The version to move to and the one that is live now. */
export async function findMove(tx: Queryable, { projectId, channel, version, kind }: Move) {
  const [target] = await tx
    .select({ id: versions.id, version: versions.version })
    .from(versions)
    .where(and(eq(versions.projectId, projectId), eq(versions.version, version)))
  if (!target) throw new OrielError('RESOURCE_NOT_FOUND', `Version ${version} is not published.`)
  const [live] = await tx
    .select({ id: versions.id, version: versions.version })
    .from(channels)
    .innerJoin(versions, eq(versions.id, channels.versionId))
    .where(and(eq(channels.projectId, projectId), eq(channels.name, channel)))
  if (kind === 'rollback' && !live)
    throw new OrielError('RESOURCE_CONFLICT', `The channel ${channel} has no release to roll back.`)
  if (kind === 'rollback' && live?.id === target.id)
    throw new OrielError('RESOURCE_CONFLICT', `Version ${version} is live on the channel ${channel} already.`)
  return { target, live }
}

async function getLastRelease(tx: Queryable, { projectId, channel, version }: Move): Promise<Release> {
  const [row] = await tx
    .select({ release: releases, previousVersion: versions.version })
    .from(releases)
    .leftJoin(versions, eq(versions.id, releases.previousVersionId))
    .where(and(eq(releases.projectId, projectId), eq(releases.channel, channel)))
    .orderBy(desc(releases.sequence))
    .limit(1)
  const { id, kind, reason, actorId, createdAt } = row!.release
  const { previousVersion } = row!
  return {
    id,
    projectId,
    channel,
    version,
    previousVersion,
    kind,
    reason,
    actorId,
    createdAt: createdAt.getTime(),
  }
}
