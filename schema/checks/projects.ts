import { z } from 'zod'
import type {
  CreateProjectRequest,
  ReleaseRequest,
  RollbackRequest,
  UpdateProjectRequest,
} from '../wire/requests'
import { line, paragraph, slug, version } from './fields'

const name = line(100)
const description = paragraph(2000)

export const createProjectRequest = z.strictObject({
  name,
  slug: slug.exactOptional(),
  description: description.exactOptional(),
  kind: z.enum(['widget', 'template']).exactOptional(),
}) satisfies z.ZodType<CreateProjectRequest>

export const updateProjectRequest = z.strictObject({
  name: name.exactOptional(),
  slug: slug.exactOptional(),
  description: description.exactOptional(),
}) satisfies z.ZodType<UpdateProjectRequest>

export const releaseRequest = z.strictObject({ version }) satisfies z.ZodType<ReleaseRequest>

export const rollbackRequest = z.strictObject({
  version,
  reason: line(500),
  dryRun: z.boolean().exactOptional(),
}) satisfies z.ZodType<RollbackRequest>
