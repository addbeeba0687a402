import { OrielError } from '../../../schema/wire/error'
import { isDatabaseError, UNIQUE_VIOLATION } from '../database'

/** A slug of a name: "Café Poll!" becomes "cafe-poll". */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '') || 'project'

/** Turns the database's refusal of a second project with the same slug into an answer. */
export const takenSlug = (slug: string | undefined) => (error: unknown) => {
  if (!isDatabaseError(error, UNIQUE_VIOLATION)) throw error
  throw new OrielError('RESOURCE_CONFLICT', `You have a project with the slug "${slug}" already.`)
}
