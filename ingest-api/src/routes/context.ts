import type { Context } from 'hono'
import type { Actor } from '../accounts/actor'
import type { Handles } from '../handles'

/** What every Hono route of the app finds in its context. `actor` is there behind `requireActor` only. */
export type AppEnv = { Variables: { handles: Handles; requestId: string; actor: Actor } }
export type AppContext = Context<AppEnv>
