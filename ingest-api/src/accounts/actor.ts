import type { Persona } from '../../../schema/wire/permission'

/** Who asks: a user with the persona that is active in this session, or that the API key was made for. */
export type Actor = {
  userId: string
  /** Null for a program with an API key, and for the platform itself. */
  sessionId: string | null
  /** The API key that the request came with, or null. */
  keyId: string | null
  persona: Persona
  /** Those of the persona and the user's own grants; with an API key only what its scopes leave of them. */
  permissions: readonly string[]
  /** Set while it is really a super admin, in the session `sessionId`, who sees what this user sees. */
  impersonation?: Impersonation
}

/** A super admin's look through a user's eyes; over at `until`, epoch ms, at the latest. */
export type Impersonation = { id: string; by: { id: string; name: string }; until: number }

/** A person at a device, as opposed to a program with a key. */
export type SignedIn = Actor & { sessionId: string }

/** On whose behalf something changes, and in which request: what an audit row needs to know. */
export type By<Who extends Actor = Actor> = { actor: Who; requestId: string }
