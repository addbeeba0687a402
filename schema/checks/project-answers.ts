import { z } from 'zod'
import type * as api from '../wire/api'
import { RETENTION_DAYS } from '../wire/job'
import { at, count, exactly, json, named, text } from './answer-fields'
import { manifest } from './manifest'

const projectStatus = z.enum([
  'draft',
  'in_review',
  'published',
  'suspended',
  'archived',
] satisfies api.ProjectStatus[])
const implementationStatus = z.enum([
  'active',
  'paused',
  'suspended',
  'over_limit',
] satisfies api.ImplementationStatus[])

const { presets, permissions, events } = manifest.shape

const channel = exactly<api.Channel>()(z.strictObject({ name: text, version: text, releasedAt: at }))

export const project = exactly<api.Project>()(
  z.strictObject({
    id: text,
    builderId: text,
    name: text,
    slug: text,
    description: text,
    kind: z.enum(['widget', 'template']),
    status: projectStatus,
    reviewNote: text.nullable(),
    channels: z.array(channel),
    latestVersion: text.nullable(),
    implementations: count,
    createdAt: at,
    updatedAt: at,
  }),
)

export const implementation = exactly<api.Implementation>()(
  z.strictObject({
    id: text,
    name: text,
    projectId: text,
    projectName: text,
    builderId: text,
    endUserId: text,
    implementationUrl: text,
    origins: z.array(text),
    channel: text,
    pinnedVersion: text.nullable(),
    version: text.nullable(),
    status: implementationStatus,
    configuration: json,
    configurationRevision: count,
    configSchema: json,
    presets,
    embedCode: text,
    retentionDays: z.literal(RETENTION_DAYS),
    usageCount: count,
    lastActivity: at.nullable(),
    createdAt: at,
    updatedAt: at,
  }),
)

const release = exactly<api.Release>()(
  z.strictObject({
    id: text,
    projectId: text,
    channel: text,
    version: text,
    previousVersion: text.nullable(),
    kind: z.enum(['release', 'rollback']),
    reason: text.nullable(),
    actorId: text,
    createdAt: at,
  }),
)

const rollbackPreview = exactly<api.RollbackPreview>()(
  z.strictObject({
    projectId: text,
    channel: text,
    version: text,
    previousVersion: text,
    implementations: count,
  }),
)

const { id, name, projectId, projectName, implementationUrl, pinnedVersion, version, status, lastActivity } =
  implementation.shape

export const tracked = {
  id,
  name,
  projectId,
  projectName,
  implementationUrl,
  channel: text,
  pinnedVersion,
  version,
  status,
  lastActivity,
  createdAt: at,
}

export const totals = exactly<api.UsageTotals>()(
  z.strictObject({ loads: count, interactions: count, errors: count, sessions: count, visitors: count }),
)

export const builderImplementation = exactly<api.BuilderImplementation>()(
  z.strictObject({ ...tracked, customer: named, usage: totals }),
)

export const customer = exactly<api.Customer>()(
  z.strictObject({ id: text, name: text, implementations: count, since: at }),
)

/** What the API answers about projects and where they run. */
export const PROJECT_ANSWERS = {
  Project: project,
  Offer: exactly<api.Offer>()(
    project.extend({ builder: named, title: text, configSchema: json, presets, permissions }),
  ),
  Version: exactly<api.Version>()(
    z.strictObject({
      id: text,
      projectId: text,
      version: text,
      size: count,
      integrity: text,
      manifest,
      createdAt: at,
    }),
  ),
  Release: release,
  ReleaseOrPreview: z.union([release, rollbackPreview]),
  Implementation: implementation,
  ImplementationOrStatus: z.union([
    implementation,
    z.strictObject({ id: text, status: implementationStatus }),
  ]),
  BuilderImplementation: builderImplementation,
  Customer: customer,
  Runtime: exactly<api.Runtime>()(
    z.strictObject({
      id: text,
      status: implementationStatus,
      title: text,
      version: text,
      integrity: text,
      permissions,
      events,
      height: count,
      configuration: json,
    }),
  ),
  WidgetError: exactly<api.WidgetError>()(
    z.strictObject({ name: text, message: text, version: text, stack: text, count, firstAt: at, lastAt: at }),
  ),
} as const
