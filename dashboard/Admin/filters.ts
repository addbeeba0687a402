import { USER_STATES } from '../../schema/wire/admin'
import { PERSONAS } from '../../schema/wire/permission'
import { PERSONA_NAMES, STATUS_NAMES } from '../format'
import type { Filter } from './Listing'

const named = <Name extends string>(values: readonly Name[], names: Record<Name, string>) =>
  Object.fromEntries(values.map((value) => [value, names[value]]))

export const STATE_FILTER: Filter = {
  name: 'state',
  label: 'State',
  options: named(USER_STATES, STATUS_NAMES),
}
export const PERSONA_FILTER: Filter = {
  name: 'persona',
  label: 'Persona',
  options: named(PERSONAS, PERSONA_NAMES),
}
export const REVIEW_FILTER: Filter = {
  name: 'status',
  label: 'Status',
  options: {
    in_review: 'In review',
    published: 'Listed',
    draft: 'Draft or unlisted',
    suspended: 'Suspended',
    archived: 'Archived',
  },
}
export const STATUS_FILTER: Filter = {
  name: 'status',
  label: 'Status',
  options: named(['active', 'paused', 'suspended', 'over_limit'], STATUS_NAMES),
}
