import type { Persona } from '../../../schema/wire/permission'

/** Who asks: a signed-in user with the persona that is active in this session. */
export type Actor = {
  userId: string
  sessionId: string
  persona: Persona
  /** Those of the persona and the user's own grants. */
  permissions: readonly string[]
}

/** On whose behalf something changes, and in which request: what an audit row needs to know. */
export type By = { actor: Actor; requestId: string }
