import type { Customer, Implementation } from './api'
import type { Persona } from './permission'
import type { JsonObject } from './json'

/** What the platform's own people see and send. */

export const USER_STATES = ['active', 'suspended', 'removed'] as const
export type UserState = (typeof USER_STATES)[number]

export type AdminUser = {
  id: string
  email: string
  name: string
  persona: Persona
  personas: Persona[]
  /** Grants beyond those of the active persona. */
  grants: string[]
  state: UserState
  plan: string
  createdAt: number
  /** When the user was last seen anywhere, or null. */
  lastSeenAt: number | null
}

/** A builder with what came of the work. `revenue` is minor units of `currency`. */
export type AdminBuilder = AdminUser & {
  projects: number
  implementations: number
  revenue: number
  currency: string
}

export type AdminImplementation = Pick<
  Implementation,
  | 'id'
  | 'name'
  | 'projectId'
  | 'projectName'
  | 'implementationUrl'
  | 'channel'
  | 'pinnedVersion'
  | 'version'
  | 'status'
  | 'usageCount'
  | 'lastActivity'
  | 'createdAt'
> & { builder: Pick<Customer, 'id' | 'name'>; endUser: Pick<Customer, 'id' | 'name'> }

export type AuditEntry = {
  id: number
  at: number
  actor: { id: string; name: string | null; persona: string | null } | null
  /** The API key that acted for them, or null. */
  key: { id: string; name: string | null } | null
  action: string
  resource: { type: string; id: string | null }
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  requestId: string | null
}

/** Whether the audit log is whole: the first row that does not fit, or null. */
export type AuditSeal = {
  entries: number
  /** Hash of the newest row; who keeps it elsewhere can also tell that nothing was cut off at the end. */
  head: string | null
  broken: { auditId: number | null; sequence: number | null; reason: string } | null
}

/** `restore` lifts a suspension and brings a removed user back. */
export const USER_ACTIONS = ['suspend', 'restore', 'remove'] as const
export type UserAction = (typeof USER_ACTIONS)[number]

export type UpdateUserRequest = {
  name?: string
  /** The first one becomes active if the active one is no longer held. */
  personas?: Persona[]
  grants?: string[]
  plan?: string
}

/** Why a super admin looks through a user's eyes; as the active persona unless another one of theirs is named. */
export type ImpersonateRequest = { reason: string; persona?: Persona }

export type Invitation = { email: string; name: string; personas: Persona[] }

/** One thing done to many users; each is done or refused by itself. */
export type BulkUsersRequest =
  | { action: UserAction; ids: string[] }
  | { action: 'set_personas'; ids: string[]; personas: Persona[] }
  | { action: 'invite'; people: Invitation[] }

/** What became of each, in the order they were sent. `target` is the id or the address. */
export type BulkResult = {
  results: (
    { target: string; ok: true; id: string } | { target: string; ok: false; code: string; message: string }
  )[]
}

export const PROJECT_DECISIONS = ['approve', 'reject', 'suspend', 'restore'] as const
export type ProjectDecision = (typeof PROJECT_DECISIONS)[number]

/** Rejecting and suspending say why. */
export type ReviewRequest = { decision: ProjectDecision; reason?: string }

export const DEAD_LETTER_STATES = ['open', 'replaying', 'replayed', 'discarded'] as const
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number]

/**
 * An accepted event that the store would not take, with the store's words. `event` is its row, or null once it was
 * anonymised or its time to be kept is over. `replaying` was cut off and can be replayed again.
 */
export type DeadLetter = {
  id: string
  at: number
  builderId: string
  implementationId: string
  reason: string
  state: DeadLetterState
  event: JsonObject | null
}

/** `event` is the row as it should be; left out, the row goes in as it was. */
export type ReplayRequest = { event?: JsonObject }
export type DiscardRequest = { reason: string }
