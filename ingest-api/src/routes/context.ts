import type { Context } from 'hono'
import type { Actor, By, SignedIn } from '../accounts/actor'
import type { Handles } from '../handles'

/**
 * What every Hono route of the app finds in its context: `actor` behind `requireActor` only, and `by` behind
 * `requireSession`, where it is certain that a person asks. Behind `requireTenant` the database in `handles` is the
 * asker's view of it; `platform` always has the whole. `state` is what was committed to it when the asker was known, if
 * that can be told.
 */
export type AppEnv = {
  Variables: {
    handles: Handles
    platform: Handles
    requestId: string
    actor: Actor
    state: string | undefined
    by: By<SignedIn>
  }
}
export type AppContext = Context<AppEnv>
