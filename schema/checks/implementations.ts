import { z } from 'zod'
import { RETENTION_DAYS } from '../wire/job'
import type {
  ConfigureRequest,
  ImplementRequest,
  OriginsRequest,
  PinRequest,
  RetentionRequest,
  StatusRequest,
} from '../wire/requests'
import { wireEvent } from './event'
import { channelName, id, jsonObject, line, origin, pageUrl, version } from './fields'

const origins = z.array(origin).max(50)

export const implementRequest = z.strictObject({
  projectId: id('project'),
  implementationUrl: pageUrl,
  name: line(100).exactOptional(),
  origins: origins.exactOptional(),
  configuration: jsonObject.exactOptional(),
  channel: channelName.exactOptional(),
}) satisfies z.ZodType<ImplementRequest>

export const configureRequest = z.strictObject({
  configuration: jsonObject,
}) satisfies z.ZodType<ConfigureRequest>

export const originsRequest = z.strictObject({ origins: origins.min(1) }) satisfies z.ZodType<OriginsRequest>

export const pinRequest = z.strictObject({ version: version.nullable() }) satisfies z.ZodType<PinRequest>

export const statusRequest = z.strictObject({
  status: z.enum(['active', 'paused', 'suspended']),
}) satisfies z.ZodType<StatusRequest>

export const retentionRequest = z.strictObject({
  days: z.literal(RETENTION_DAYS),
}) satisfies z.ZodType<RetentionRequest>

/** An event from a server. Without an id and a time it happens when it arrives. */
export const trackRequest = z.strictObject({
  ...wireEvent.shape,
  id: wireEvent.shape.id.exactOptional(),
  at: wireEvent.shape.at.exactOptional(),
})
