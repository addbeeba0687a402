import type { Persona } from '../../../schema/wire/permission'
import type { Handles } from '../handles'

/** Who asks: a signed-in user with the persona that is active in this session. */
export type Actor = {
  userId: string
  sessionId: string
  persona: Persona
  permissions: readonly string[]
}

/** What every Hono route of the app finds in its context. `actor` is there behind `requireActor` only. */
export type AppEnv = { Variables: { handles: Handles; requestId: string; actor: Actor } }
